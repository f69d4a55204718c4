/** A form with several files: a message each, in their order, and one that can't be taken stops no other. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { encodeForm, type TestFile, upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

/** The server's port; it listens from the first question on. */
async function portOf(): Promise<number> {
  await house.listen();
  const address = house.app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return address.port;
}

const text = (name: string, bytes = `in ${name}`): TestFile => ({ name, bytes: Buffer.from(bytes) });
const send = (files: TestFile[], fields: Record<string, string> = {}, headers = {}) =>
  upload(house, ana, `/chats/${chat}`, files, { key: randomUUID(), body: '', ...fields }, headers);
/** What stands in the chat: the name of each message's file, and its text. */
const standing = () =>
  house.app.services.chats
    .history(chat)
    .messages.map(({ id, body }) => [house.app.services.files.ofMessage(id)?.name, body]);
const onDisk = () => readdirSync(join(house.dataDir, 'uploads')).filter((name) => !name.startsWith('.'));
const error = (body: string) => /<p id="composer-error"[^>]*>(.*?)<\/p>/s.exec(body)?.[1];

test('each is a message, in the order they came, and the text goes with the first', async () => {
  // Much larger than what comes behind it, so order isn't a matter of luck.
  const large = { name: 'large.bin', bytes: Buffer.alloc(6_000_000, 7) };
  const answer = await send([large, text('b.txt'), text('c.txt')], { body: 'Three things' });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, `/chats/${chat}#end`]);
  expect(standing()).toEqual([
    ['large.bin', 'Three things'],
    ['b.txt', ''],
    ['c.txt', ''],
  ]);
  for (const { id } of house.app.services.chats.history(chat).messages.slice(1)) {
    const file = house.app.services.files.ofMessage(id);
    expect((await ben.get(`/files/${file?.id}`)).body).toBe(`in ${file?.name}`);
  }
});

test('a form that comes again doubles none of them, at once or later', async () => {
  const key = randomUUID();
  const files = [text('a.txt'), text('b.txt'), text('c.txt')];
  const again = () => send(files, { key, body: 'Once' });
  for (const { statusCode } of await Promise.all([again(), again()])) expect(statusCode).toBe(303);
  expect((await again()).statusCode).toBe(303);
  expect(standing().map(([name]) => name)).toHaveLength(3);
  expect(onDisk()).toHaveLength(3);
});

test('what broke off after two of three goes on with the third', async () => {
  const port = await portOf();
  const fields = { key: randomUUID(), body: 'All of them' };
  const files = [text('a.txt'), text('b.txt'), { name: 'c.bin', bytes: Buffer.alloc(2_000_000, 7) }];
  const form = await encodeForm({ _csrf: ana.token, ...fields }, files);
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `POST /chats/${chat} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${ana.cookie}\r\n` +
      `Content-Type: ${form.type}\r\nContent-Length: ${form.payload.length}\r\n\r\n`,
  );
  socket.write(form.payload.subarray(0, 1_000_000));
  await eventually(
    'two messages and the third on its way',
    () => standing().length === 2 && onDisk().length === 3,
  );
  socket.destroy();
  await eventually('the third gone', () => onDisk().length === 2);
  expect((await send(files, fields)).statusCode).toBe(303);
  expect(standing()).toEqual([
    ['a.txt', 'All of them'],
    ['b.txt', ''],
    ['c.bin', ''],
  ]);
});

test('one bad file among good ones gets its sentence, and the good ones are sent', async () => {
  const key = randomUUID();
  const files = [text('a.txt'), text('<b>.txt', ''), text('c.txt'), text('d.txt', '')];
  const answer = await send(files, { key, body: 'Look' });
  expect(answer.statusCode).toBe(422);
  expect(error(answer.body)).toBe('_b_.txt and d.txt: This file is empty. Choose another one.');
  // The text has gone with the first.
  expect(answer.body).toMatch(/<textarea id="body"[^>]*><\/textarea>/);
  const sent = [
    ['a.txt', 'Look'],
    ['c.txt', ''],
  ];
  expect(standing()).toEqual(sent);
  expect(onDisk()).toHaveLength(2);
  // Each keeps its place: the same form once more brings nothing but what was missing.
  await send([text('a.txt'), text('<b>.txt', 'mended'), text('c.txt')], { key, body: 'Look' });
  expect(standing()).toEqual([...sent, ['_b_.txt', '']]);
});

test('the text stays in the box where the file that it belongs to was refused', async () => {
  const answer = await send([text('a.txt', ''), text('b.txt')], { body: 'Look' });
  expect(answer.body).toContain('Look</textarea>');
  expect(error(answer.body)).toBe('a.txt: This file is empty. Choose another one.');
  expect(standing()).toEqual([['b.txt', '']]);
  const chinese = await send([text('a.txt', ''), text('b.txt')], {}, { 'accept-language': 'zh' });
  expect(error(chinese.body)).toBe('a.txt：这个文件是空的，请换一个。');
});

/** Over a real connection, by a browser's rule: all is sent before the answer is heard. */
async function post(person: Person, url: string, files: TestFile[]) {
  const form = await encodeForm({ _csrf: person.token, key: randomUUID(), body: '' }, files);
  const headers = { cookie: person.cookie, 'content-type': form.type, 'content-length': form.payload.length };
  const sending = request({ host: '127.0.0.1', port: await portOf(), method: 'POST', path: url, headers });
  sending.end(form.payload);
  const [[answer]] = await Promise.all([once(sending, 'response'), once(sending, 'finish')]);
  return { status: Number(answer.statusCode), body: await readText(answer) };
}
const sized = (...sizes: number[]) =>
  sizes.map((size) => ({ name: `${size}.bin`, bytes: Buffer.alloc(size, 1) }));

test('a file that doesn’t fit any more stops none that does', async () => {
  const limits = { personBytes: 5_000_000, serverBytes: undefined, retentionDays: undefined };
  house.app.services.files.setLimits(limits);
  const answer = await post(ana, `/chats/${chat}`, sized(1_000_000, 9_000_000, 2_000_000, 8_000_000));
  expect(answer.status).toBe(413);
  expect(error(answer.body)).toMatch(/^9000000\.bin and 8000000\.bin: You have used up your storage\./);
  expect(standing().map(([name]) => name)).toEqual(['1000000.bin', '2000000.bin']);
  expect(house.app.services.files.usedBy(ana.id)).toBe(3_000_000);
  expect(onDisk()).toHaveLength(2);
});

test('files that nobody takes are let go, and the next form is heard', async () => {
  const eve = await house.person('eve');
  const refused = await post(eve, `/chats/${chat}`, sized(3_000_000, 4_000_000, 5_000_000));
  expect(refused.status).toBe(404);
  expect(onDisk()).toEqual([]);
  expect((await post(ana, `/chats/${chat}`, sized(3_000_000, 4_000_000))).status).toBe(303);
  expect(standing()).toHaveLength(2);
});

test('a key that was used for another text or file takes nothing in', async () => {
  const key = randomUUID();
  await send([text('a.txt')], { key });
  for (const [files, body] of [
    [[text('a.txt'), text('b.txt')], 'Other words'],
    [[text('other.txt'), text('b.txt')], ''],
  ] as const) {
    const answer = await send([...files], { key, body });
    expect(answer.statusCode).toBe(409);
    expect(error(answer.body)).toContain('An earlier version of this was already sent.');
  }
  expect(standing()).toEqual([['a.txt', '']]);
  expect(onDisk()).toHaveLength(1);
});

test('for htmx the rows come at once, and the sentence where the text is', async () => {
  const htmx = { 'hx-request': 'true' };
  const all = await send([text('a.txt'), text('b.txt')], {}, htmx);
  expect(all.statusCode).toBe(200);
  expect(all.body.match(/<li id="m-/g)).toHaveLength(2);
  // The page empties its box when it hears a 200, so the sentence stands above the chat.
  const partly = await send([text('c.txt'), text('d.txt', '')], { body: 'Gone' }, htmx);
  expect(partly.statusCode).toBe(200);
  expect(partly.body).toMatch(/<div id="notices".*d\.txt: This file is empty\./s);
  expect(partly.body).toMatch(/id="key".*hx-swap-oob/);
  // And keeps it else, but not the files that have gone.
  const first = await send([text('e.txt', ''), text('f.txt')], { body: 'Here' }, htmx);
  expect(first.statusCode).toBe(422);
  expect(error(first.body)).toContain('e.txt: This file is empty.');
  expect(first.body).toMatch(/<input id="file"[^>]* hx-swap-oob="true">/);
  expect(first.body.match(/<li id="m-/g)).toHaveLength(1);
});

test('of more than a hundred the first hundred are sent', async () => {
  const answer = await send(Array.from({ length: 103 }, (_, place) => text(`${place}.txt`)));
  expect(answer.statusCode).toBe(413);
  expect(answer.body).toContain('Only 100 files can go at once.');
  expect(house.app.services.files.all()).toHaveLength(100);
});
