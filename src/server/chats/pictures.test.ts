/** Looking at a chat's pictures one after another. */
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { upload } from '../../../test/helpers/upload.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

/** @returns the message, its file, and the address of its picture */
async function sendFile(person: Person, name: string, bytes: Uint8Array, body = '') {
  await upload(house, person, `/chats/${chat}`, { name, bytes }, { key: randomUUID(), body });
  const message = house.app.services.chats.newestId(chat);
  const file = house.app.services.files.ofMessage(message)?.id ?? '';
  return { message, file, url: `/chats/${chat}/pictures/${file}` };
}
const picture = async (person: Person, name: string, body = '') =>
  sendFile(
    person,
    name,
    await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a52' } })
      .png()
      .toBuffer(),
    body,
  );
const say = (person: Person, body: string) => person.post(`/chats/${chat}`, { key: randomUUID(), body });

test('a picture leads to the ones beside it, whoever sent them, and back to its place', async () => {
  const first = await picture(ana, 'first.png');
  await say(ana, 'words');
  const second = await picture(ben, 'second.png', 'Look at that <b>');
  await sendFile(ana, 'list.txt', Buffer.from('milk'));
  const third = await picture(ana, 'third.png');
  expect((await ana.get(`/chats/${chat}`)).body).toContain(`href="${second.url}"`);

  const { body } = await ana.get(second.url);
  expect(body).toContain(`rel="prev" href="${first.url}"`);
  expect(body).toContain(`rel="next" href="${third.url}"`);
  expect(body).toContain(`href="/chats/${chat}#m-${second.message}"`);
  expect(body).toContain(`href="/files/${second.file}/download"`);
  expect(body).toContain(`src="/files/${second.file}"`);
  expect(body).toContain('Look at that &lt;b&gt;');
  expect((await ana.get(first.url)).body).not.toContain('rel="prev"');
  expect((await ana.get(third.url)).body).not.toContain('rel="next"');
  // Over another page it is shown without one around it.
  const part = await ana.get(second.url, { 'hx-request': 'true' });
  expect(part.body).not.toContain('<html');
  expect(part.body).toContain(`rel="next" href="${third.url}"`);
  // What is deleted is skipped.
  await ben.post(`/chats/${chat}/messages/${second.message}/delete`);
  expect((await ana.get(second.url)).statusCode).toBe(404);
  expect((await ana.get(first.url)).body).toContain(`rel="next" href="${third.url}"`);
});

test('far back it leads to the part of history that shows it', async () => {
  const { url, message } = await picture(ana, 'old.png');
  for (let n = 0; n < 45; n += 1) await say(ben, `line ${n}`);
  const close = /href="([^"]+)" data-do="close"/.exec((await ben.get(url)).body)?.[1] ?? '';
  expect(close).toMatch(new RegExp(`^/chats/${chat}\\?before=\\d+#m-${message}$`));
  expect((await ben.get(close)).body).toContain(`id="m-${message}"`);
});

test('for anyone else, and under any other address, there is no such picture', async () => {
  const eve = await house.person('eve');
  const { friends, chats } = house.app.services;
  friends.befriend(ana.id, eve.id);
  const other = chats.directWith(ana.id, eve.id);
  const { file, url } = await picture(ana, 'ours.png');
  const text = await sendFile(ana, 'list.txt', Buffer.from('milk'));
  expect((await ana.get(url)).statusCode).toBe(200);
  expect((await eve.get(url)).statusCode).toBe(404);
  for (const wrong of [`/chats/${other}/pictures/${file}`, text.url, `/chats/${chat}/pictures/none`])
    for (const person of [ana, eve]) expect((await person.get(wrong)).statusCode, wrong).toBe(404);
  expect((await house.app.inject(url)).headers.location).toBe(`/login?next=${encodeURIComponent(url)}`);
});
