import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';

let house: House;
let ana: Person;
let ben: Person;
let eve: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  eve = await house.person('eve');
});
afterEach(() => house.close());

const bodies = () => house.app.services.chats.history(chat).messages.map((message) => message.body);
const send = (person: Person, body: string, key: string = randomUUID()) =>
  person.post(`/chats/${chat}`, { key, body });

test('what is sent stands in both pages', async () => {
  const answer = await send(ana, 'Hello <b>Ben</b> & "all"\r\nsecond line');
  expect(answer.statusCode).toBe(303);
  const page = await ben.get(`/chats/${chat}`);
  expect(page.body).toContain('Hello &lt;b&gt;Ben&lt;/b&gt; &amp; &quot;all&quot;\nsecond line');
  expect(page.body).not.toContain('<b>Ben');
});

test('the same key sent many times at once is one message', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(ana, 'Once', key)));
  expect(answers.map((answer) => answer.statusCode)).toEqual(Array(20).fill(303));
  expect(bodies()).toEqual(['Once']);
});

test('a key with another text is not swallowed: it is refused with the text kept and a new key', async () => {
  const key = randomUUID();
  await send(ana, 'First', key);
  const answer = await send(ana, 'First, but longer', key);
  expect(answer.statusCode).toBe(409);
  expect(answer.body).toContain('First, but longer</textarea>');
  expect(answer.body).not.toContain(key);
  expect(bodies()).toEqual(['First']);
});

test('what a page sends by itself is taken for the person whose page it is, and for nobody else', async () => {
  const post = (from: Person) =>
    ana.post(`/chats/${chat}`, { key: randomUUID(), body: 'Late', from: `${from.id}`, beside: 'true' });
  expect((await post(ben)).statusCode).toBe(403);
  expect(bodies()).toEqual([]);
  expect((await post(ana)).statusCode).toBe(303);
  expect(bodies()).toEqual(['Late']);
});

test('own rows carry the start of their key, by which a page knows them; nobody else gets it', async () => {
  const key = randomUUID();
  await send(ana, 'Which one?', key);
  expect((await ana.get(`/chats/${chat}`)).body).toContain(`data-own data-sent="${key.slice(0, 8)}"`);
  expect((await ben.get(`/chats/${chat}`)).body).not.toContain(key.slice(0, 8));
});

test('two authors may use the same key', async () => {
  const key = randomUUID();
  await send(ana, 'From Ana', key);
  await send(ben, 'From Ben', key);
  expect(bodies()).toEqual(['From Ana', 'From Ben']);
});

test('10,000 characters go, one more is refused and stays in the box', async () => {
  expect((await send(ana, '好'.repeat(10_000))).statusCode).toBe(303);
  expect((await send(ana, '😀'.repeat(10_000))).statusCode).toBe(303);
  const long = await send(ana, 'x'.repeat(10_001));
  expect(long.statusCode).toBe(422);
  expect(long.body).toContain('10,000 characters at most');
  expect(long.body).toContain(`${'x'.repeat(10_001)}</textarea>`);
  expect(bodies()).toHaveLength(2);
});

test.each(['', '   ', '\n\n'])('an empty message (%j) is refused', async (body) => {
  expect((await send(ana, body)).statusCode).toBe(422);
  expect(bodies()).toEqual([]);
});

test('for htmx a refusal is a sentence for the place below the box', async () => {
  const answer = await ana.post(
    `/chats/${chat}`,
    { key: randomUUID(), body: '' },
    { 'hx-request': 'true', 'accept-language': 'zh' },
  );
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('id="composer-error"');
  expect(answer.body).toContain('请先写点什么');
});

test("a stranger's chat answers as if it didn't exist, at every door", async () => {
  await send(ana, 'Private');
  const [message] = house.app.services.chats.history(chat).messages;
  const doors = [
    eve.get(`/chats/${chat}`),
    eve.get(`/chats/${chat}?before=99`),
    eve.get(`/chats/${chat}/newer?after=0`),
    eve.get(`/chats/${chat}/messages/${message?.id}`),
    eve.get(`/chats/${chat}/messages/${message?.id}/edit`),
    send(eve, 'Hello?'),
    eve.post(`/chats/${chat}/read`, { message: '1' }),
    eve.post(`/chats/${chat}/typing`),
    eve.post(`/chats/${chat}/messages/${message?.id}`, { body: 'Changed' }),
    eve.post(`/chats/${chat}/messages/${message?.id}/delete`),
  ];
  const nowhere = await eve.get('/chats/999999');
  for (const answer of await Promise.all(doors)) {
    expect(answer.statusCode).toBe(404);
    expect(answer.body).not.toContain('Private');
  }
  expect(nowhere.statusCode).toBe(404);
  expect(bodies()).toEqual(['Private']);
});

test('one changes and deletes what is one’s own, and nothing else', async () => {
  await send(ana, 'Original');
  const id = house.app.services.chats.newestId(chat);
  expect((await ben.post(`/chats/${chat}/messages/${id}`, { body: 'Forged' })).statusCode).toBe(404);
  expect((await ben.post(`/chats/${chat}/messages/${id}/delete`)).statusCode).toBe(404);
  expect((await ana.post(`/chats/${chat}/messages/${id}`, { body: 'Better' })).statusCode).toBe(303);
  expect(bodies()).toEqual(['Better']);
  expect((await ana.post(`/chats/${chat}/messages/${id}`, { body: ' ' })).statusCode).toBe(422);
  expect((await ana.post(`/chats/${chat}/messages/${id}/delete`)).statusCode).toBe(303);
  const page = await ben.get(`/chats/${chat}`);
  expect(page.body).toContain('Message deleted');
  expect(page.body).not.toContain('Better');
  expect((await ana.post(`/chats/${chat}/messages/${id}`, { body: 'Back' })).statusCode).toBe(404);
});

test('former friends keep what they wrote and write no more', async () => {
  await send(ana, 'Remember?');
  await ben.post(`/friends/${ana.id}/remove`);
  const answer = await send(ana, 'Are you there?');
  expect(answer.statusCode).toBe(403);
  expect(answer.body).toContain('Remember?');
  expect(bodies()).toEqual(['Remember?']);
});

test('history goes up page by page, without gaps and doubles', async () => {
  for (let n = 1; n <= 95; n++) await send(ana, `number ${n}.`);
  house.app.services.chats.read(chat, ben.id, house.app.services.chats.newestId(chat));
  const seen: string[] = [];
  let url: string | undefined = `/chats/${chat}`;
  while (url) {
    const page: string = (await ben.get(url)).body;
    seen.unshift(...[...page.matchAll(/number \d+\./g)].map(([text]) => text));
    url = /class="older"[^>]*hx-get="([^"]+)"/.exec(page)?.[1];
  }
  expect(seen).toEqual(Array.from({ length: 95 }, (_, index) => `number ${index + 1}.`));
});

test('unread messages are counted until the chat is opened', async () => {
  await send(ana, 'One');
  await send(ana, 'Two');
  expect((await ben.get('/chats')).body).toContain('2 unread');
  expect((await ben.get(`/chats/${chat}`)).body).toContain('New since you were here');
  expect((await ben.get('/chats')).body).not.toContain('2 unread');
  expect((await ana.get(`/chats/${chat}`)).body).toContain('Seen');
  expect((await ben.get(`/chats/${chat}`)).body).not.toContain('New since you were here');
});

test('with scripts a chat is read when it is seen, not when it is loaded; without, by loading it', async () => {
  const unread = async () => /2 unread/.test((await ben.get('/chats')).body);
  await send(ana, 'One');
  await send(ana, 'Two');
  const last = house.app.services.chats.newestId(chat);
  await ben.get(`/chats/${chat}`, { cookie: `${ben.cookie}; tz=Europe/Berlin` });
  expect(await unread()).toBe(true);
  await ben.post(`/chats/${chat}/read`, { message: `${last}` });
  expect(await unread()).toBe(false);

  await send(ana, 'Three');
  await send(ana, 'Four');
  // Scripts were switched off since: the page is the same, and holds the frame.
  await ben.get(`/chats/${chat}`, { cookie: `${ben.cookie}; tz=Europe/Berlin` });
  await ben.get(`/chats/${chat}/newer?after=${last + 2}`);
  expect(await unread()).toBe(false);
});

test('the title and the icon of any page say how many chats have something new', async () => {
  const head = async () => {
    const { body } = await ben.get('/settings');
    return [/<title>([^<]*)/.exec(body)?.[1], /rel="icon" href="([^"]*)/.exec(body)?.[1]];
  };
  expect(await head()).toEqual(['Settings · Porchlight', '/static/favicon.svg']);
  await ana.post(`/chats/${chat}`, { key: crypto.randomUUID(), body: 'Hello' });
  expect(await head()).toEqual(['(1) Settings · Porchlight', '/static/favicon-news.svg']);
});
