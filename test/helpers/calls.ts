/** Calling as people do it: the links of a chat, the ring on any page, the words and buttons of the call page. */
import type { Page } from 'puppeteer-core';
import type { Media } from '../../src/protocol/common.ts';
import { arrive, type Person } from './people.ts';
import { eventually } from './poll.ts';
import { click, find, findAll, follow, waitForText } from './ui.ts';

const PATIENCE_MS = 20_000;

/** Waits until the call page says so. */
export const says = (page: Page, words: RegExp): Promise<string> =>
  waitForText(page, 'status', undefined, words, PATIENCE_MS);

/** Follows the link on an open chat, and waits until it rings at the other side. */
export const dial = async (page: Page, media: Media): Promise<void> => {
  await follow(page, 'link', media === 'video' ? 'Video call' : 'Voice call');
  await says(page, /Ringing…/);
};

/** Opens the call page of a chat by its address, and presses Call: a page that no press has opened asks first. */
export const arriveCalling = async (
  page: Page,
  server: Parameters<typeof arrive>[1],
  person: Person,
  chat: string,
  media: Media = 'video',
): Promise<void> => {
  await arrive(page, server, person, `${chat}/call?media=${media}`);
  await click(page, 'button', 'Call');
};

/** The dialog that shows on any page while somebody calls. */
export const ringOn = (page: Page) => find(page, 'alertdialog', 'Incoming call', PATIENCE_MS);

/** Takes the call that rings on this page. */
export const accept = async (page: Page): Promise<void> => {
  await ringOn(page);
  await follow(page, 'link', 'Accept');
};

/** Waits until all of these call pages have reached each other. Fails with what each of those says that haven't. */
export const connected = async (...pages: Page[]): Promise<void> => {
  const answers = await Promise.allSettled(pages.map((page) => says(page, /Connected/)));
  const failed = answers.flatMap((answer, at) =>
    answer.status === 'rejected' ? [`${pages[at]?.url()}: ${answer.reason}`] : [],
  );
  if (failed.length > 0) throw new Error(failed.join('\n'));
};

/** Hangs up on the first page, and waits until all of them say that the call has ended. */
export const hangUp = async (page: Page, ...others: Page[]): Promise<void> => {
  await click(page, 'button', 'Hang up');
  await Promise.all([page, ...others].map((each) => says(each, /Call ended/)));
};

/** Waits until the newest entry of the chat that this page shows matches, and returns its text as one line. */
export const newestEntry = (page: Page, wanted: RegExp): Promise<string> => {
  let last = '(nothing)';
  return eventually(
    `the newest entry to say ${wanted}`,
    async () => {
      const log = await find(page, 'log', 'Messages');
      const entry = (await findAll(log, 'listitem')).at(-1);
      last = (await entry?.evaluate((node) => node.textContent.replace(/\s+/g, ' ').trim())) ?? last;
      return wanted.test(last) && last;
    },
    PATIENCE_MS,
    () => last,
  );
};

/** The seconds in an entry such as "Video call · 1 min 5 sec 14:05"; 0 where it has none. */
export const secondsIn = (entry: string): number => {
  const [, minutes = '0', seconds = '0'] = /·(?: (\d+) min)?(?: (\d+) sec)?/.exec(entry) ?? [];
  return Number(minutes) * 60 + Number(seconds);
};
