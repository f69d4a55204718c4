/** Who lives in the demo and what they wrote: three generations, two languages, the last few days. */

/** Days back and the time of day, or minutes back. Today's talk is minutes old, so that it is never in the future. */
export type When = { daysAgo: number; time: `${number}:${number}` } | { minutesAgo: number };

export type DemoCall = {
  media: 'voice' | 'video';
  outcome: 'hung-up' | 'missed' | 'declined';
  /** From accept to end; 0 when nobody accepted. */
  seconds: number;
};

export type DemoLine = { when: When; by: string } & (
  | {
      text: string;
      /** What was sent first and then corrected. */
      before?: string;
      deleted?: true;
    }
  | { call: DemoCall }
  /** The one recording there is, of the call in that line of the same chat. */
  | { recordingOf: number }
);

export type DemoConversation = {
  between: [string, string];
  lines: DemoLine[];
  /** Who hasn't read the last lines, and how many. */
  unread?: { who: string; lines: number };
};

export const PASSWORD = 'porchlight';

/** The first one is the owner. */
export const PEOPLE = [
  { username: 'anna', displayName: 'Anna', locale: 'en' },
  { username: 'tom', displayName: 'Tom', locale: 'en' },
  { username: 'grandma', displayName: '奶奶 Grandma Mei', locale: 'zh-CN' },
  { username: 'wei', displayName: '林伟', locale: 'zh-CN' },
  { username: 'leo', displayName: 'Leo', locale: 'en' },
  { username: 'rosa', displayName: 'Aunt Rosa', locale: 'en' },
] as const;

/** Each friendship begins with a conversation: those that something is said in come first, in the order of `CONVERSATIONS`. */
export const FRIENDS: [string, string][] = [
  ['anna', 'grandma'],
  ['anna', 'tom'],
  ['anna', 'wei'],
  ['anna', 'leo'],
  ['grandma', 'wei'],
  ['grandma', 'leo'],
  ['tom', 'leo'],
  ['tom', 'grandma'],
];

/** Asked, and not answered yet. */
export const REQUESTS: [string, string][] = [['rosa', 'anna']];

const on = (daysAgo: number, time: `${number}:${number}`, by: string, text: string): DemoLine => ({
  when: { daysAgo, time },
  by,
  text,
});
const ago = (minutesAgo: number, by: string, text: string): DemoLine => ({ when: { minutesAgo }, by, text });

export const CONVERSATIONS: DemoConversation[] = [
  {
    between: ['anna', 'grandma'],
    lines: [
      on(4, '09:12', 'grandma', '安娜早上好！花园里的柿子红了 🍅 不对，这个是番茄，没有柿子的图 😄'),
      on(4, '09:20', 'anna', '奶奶早！哈哈，有这个：🍊 差不多像吧？'),
      on(4, '09:21', 'grandma', '像，像。留了一篮给你们。'),
      on(3, '19:02', 'anna', 'Leo lost his first tooth today! He wants to show you himself.'),
      on(3, '19:04', 'grandma', '哎呀！快让我看看！'),
      {
        when: { daysAgo: 3, time: '19:05' },
        by: 'anna',
        call: { media: 'video', outcome: 'hung-up', seconds: 1934 },
      },
      { when: { daysAgo: 3, time: '19:38' }, by: 'anna', recordingOf: 5 },
      on(3, '19:40', 'grandma', '他说话漏风，可爱得很 ❤️'),
      on(2, '11:30', 'anna', 'The dumpling recipe, could you write it down for me? The one with chives.'),
      on(
        2,
        '14:15',
        'grandma',
        '韭菜鸡蛋馅：\n1. 韭菜一把，洗净晾干，切碎\n2. 鸡蛋四个，炒散放凉\n3. 虾皮一小把\n4. 盐最后放，不然出水',
      ),
      on(2, '14:16', 'grandma', '盐最后放！上次你就是放早了。'),
      on(2, '14:31', 'anna', 'Salt last. I promise 🥟'),
      {
        when: { daysAgo: 1, time: '08:45' },
        by: 'grandma',
        call: { media: 'voice', outcome: 'missed', seconds: 0 },
      },
      on(1, '08:46', 'grandma', '没事，就是想听听你的声音。'),
      {
        when: { daysAgo: 1, time: '12:10' },
        by: 'anna',
        text: 'Sorry, I was on the train. Sunday at four, all of us?',
        before: 'Sorry, I was on the train. Sunday at fore, all of us?',
      },
      on(1, '12:30', 'grandma', '好，星期天四点。我把平板充好电 🔋'),
      ago(52, 'anna', 'We made them! Leo folded eleven. Two of them stayed closed.'),
      ago(48, 'grandma', '十一个！比他爸爸强 👏👏'),
      ago(47, 'grandma', '看这个，包的手法：https://example.com/jiaozi'),
      ago(41, 'anna', 'Tom says he heard that 😂'),
      ago(12, 'grandma', '那星期天让他包给我看。'),
    ],
  },
  {
    between: ['anna', 'tom'],
    lines: [
      on(3, '17:20', 'tom', 'Chives, eggs, milk. Anything else?'),
      on(3, '17:22', 'anna', 'Bread, please. And the dried shrimp if they have it.'),
      { when: { daysAgo: 3, time: '17:25' }, by: 'tom', text: 'Which shelf is that on?', deleted: true },
      on(3, '17:31', 'tom', 'Found it.'),
      on(
        1,
        '16:02',
        'tom',
        'The train for Saturday: https://example.com/trains?from=home&to=lake, 9:14, platform 3.',
      ),
      on(1, '16:03', 'anna', 'Booked a window for Leo?'),
      on(1, '16:03', 'tom', 'He booked it himself. He also booked one for the bear 🐻'),
      ago(33, 'tom', 'Running ten minutes late.'),
      ago(31, 'anna', 'No hurry. The light is on.'),
    ],
  },
  {
    between: ['anna', 'wei'],
    lines: [
      on(2, '20:10', 'wei', '表姐，签证下来了！'),
      on(2, '20:12', 'anna', '太好了！！！🎉 几号到？'),
      on(2, '20:13', 'wei', '下个月十二号，早上七点。不用接我。'),
      on(2, '20:13', 'anna', 'Of course we will pick you up. 奶奶 already planned the menu.'),
      ago(95, 'wei', '要带什么吗？'),
      ago(94, 'wei', '奶奶说茶叶，爸爸说腊肠，腊肠能过海关吗…'),
    ],
    unread: { who: 'anna', lines: 2 },
  },
  {
    between: ['anna', 'leo'],
    lines: [
      on(1, '15:40', 'leo', 'mum can i have a sleepover at sams'),
      on(1, '15:44', 'anna', 'On Saturday we go to the lake. The week after?'),
      on(1, '15:45', 'leo', 'ok 👍'),
      {
        when: { daysAgo: 1, time: '18:01' },
        by: 'leo',
        call: { media: 'voice', outcome: 'hung-up', seconds: 47 },
      },
      ago(20, 'leo', 'grandma says 11 dumplings is a record'),
    ],
    unread: { who: 'anna', lines: 1 },
  },
  {
    between: ['grandma', 'wei'],
    lines: [
      on(2, '20:30', 'grandma', '小伟，飞机上冷，带件毛衣。'),
      on(2, '20:34', 'wei', '知道了奶奶。'),
      {
        when: { daysAgo: 2, time: '20:35' },
        by: 'grandma',
        call: { media: 'video', outcome: 'hung-up', seconds: 612 },
      },
      on(1, '10:00', 'grandma', '腊肠别带了，安娜查过，不让带。带茶叶就好 🍵'),
    ],
  },
  {
    between: ['grandma', 'leo'],
    lines: [
      on(3, '20:02', 'leo', 'the tooth fairy brought a coin'),
      on(3, '20:15', 'grandma', '真好！下一颗也要告诉奶奶。'),
      ago(25, 'leo', '11!!!!!'),
    ],
    unread: { who: 'grandma', lines: 1 },
  },
];

/** What all of them talk about, in a group that its first one made. */
export const GROUP: {
  title: string;
  people: string[];
  made: When;
  lines: DemoLine[];
  unread: { who: string; lines: number };
} = {
  title: 'Family 一家人',
  people: ['anna', 'tom', 'grandma', 'wei', 'leo'],
  made: { daysAgo: 2, time: '21:00' },
  lines: [
    on(2, '21:01', 'anna', 'Everybody in one place. 奶奶, 小伟: 这样不用发三遍了 😄'),
    on(2, '21:04', 'grandma', '好好好，热闹。'),
    on(2, '21:20', 'leo', 'can we do the call with all of us on sunday'),
    on(1, '12:40', 'tom', 'Sunday at four. I bring the tablet with the good microphone.'),
    on(1, '12:52', 'wei', '我这边是晚上十点，没问题。'),
    ago(44, 'anna', 'Eleven dumplings 🥟 by @leo'),
    ago(43, 'grandma', '👏👏👏'),
    ago(16, 'tom', '@anna the shop closes at six. Anything for tomorrow?'),
  ],
  unread: { who: 'anna', lines: 1 },
};
