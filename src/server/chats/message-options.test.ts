/** What can be done with a message, as pages: where no script makes a menu of it. */
import { randomUUID } from 'node:crypto';
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

async function send(person: Person, body: string): Promise<string> {
  await person.post(`/chats/${chat}`, { key: randomUUID(), body });
  return `/chats/${chat}/messages/${house.app.services.chats.newestId(chat)}`;
}

test('one’s own can be changed, copied and deleted, which asks first', async () => {
  const url = await send(ana, 'Soup <b>at</b> six');
  expect((await ana.get(`/chats/${chat}`)).body).toContain(`href="${url}"`);
  const { body } = await ana.get(url);
  expect(body).toContain(`href="${url}/edit"`);
  expect(body).toContain(`href="${url}/delete"`);
  expect(body).toMatch(/<textarea id="text"[^>]*readonly[^>]*>Soup &lt;b&gt;at&lt;\/b&gt; six<\/textarea>/);
  for (const headers of [{}, { 'hx-request': 'true' }]) {
    const asked = await ana.get(`${url}/delete`, headers);
    expect(asked.body).toContain('Delete this message for everyone?');
    expect(asked.body).toContain(`action="${url}/delete"`);
    expect(asked.body.includes('<html')).toBe(!('hx-request' in headers));
  }
  // Looking at it and being asked deletes nothing.
  expect((await ben.get(`/chats/${chat}`)).body).toContain('at&lt;/b&gt; six');
  await ana.post(`${url}/delete`);
  for (const gone of [url, `${url}/edit`, `${url}/delete`])
    expect((await ana.get(gone)).statusCode, gone).toBe(404);
  expect((await ana.get(`/chats/${chat}`)).body).not.toContain(`href="${url}"`);
});

test('what others wrote can be copied, and strangers see nothing of it', async () => {
  const url = await send(ben, 'From Ben');
  expect((await ana.get(`/chats/${chat}`)).body).toContain(`href="${url}"`);
  const { body } = await ana.get(url);
  expect(body).toMatch(/readonly[^>]*>From Ben</);
  expect(body).not.toMatch(/\/(edit|delete)"/);
  const eve = await house.person('eve');
  for (const door of [url, `${url}/edit`, `${url}/delete`])
    expect((await eve.get(door)).statusCode, door).toBe(404);
  for (const door of [`${url}/edit`, `${url}/delete`]) expect((await ana.get(door)).statusCode).toBe(404);
});

test('a file can be given a text, and one of somebody else’s has no options', async () => {
  const file = { name: 'list.txt', bytes: Buffer.from('milk') };
  await upload(house, ana, `/chats/${chat}`, file, { key: randomUUID(), body: '' });
  const url = `/chats/${chat}/messages/${house.app.services.chats.newestId(chat)}`;
  expect((await ana.get(url)).body).toMatch(/edit">Add text</);
  // One sees what it is about.
  for (const step of ['/edit', '/delete']) expect((await ana.get(url + step)).body).toContain('list.txt');
  expect((await ben.get(`/chats/${chat}`)).body).not.toContain(`href="${url}"`);
  await ana.post(`/friends/${ben.id}/remove`);
  expect((await ana.get(url)).body).not.toContain('/edit"');
});
