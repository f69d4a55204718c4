/** What the rules of conversations announce, and take back when something fails on the way. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { whileFailing } from '../../../test/helpers/tables.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
let database: Sqlite.Database;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  database = new Sqlite(join(house.dataDir, 'porchlight.db'));
});
afterEach(async () => {
  database.close();
  await house.close();
});

const chats = () => house.app.services.chats;
async function send(person: Person, body: string): Promise<number> {
  const sent = await chats().send({ conversation: chat, author: person.id, key: randomUUID(), body });
  return 'id' in sent ? sent.id : 0;
}
const message = (id: number) => chats().message(chat, id);

test('a change is announced once, and what changes nothing isn’t', async () => {
  const announced: string[] = [];
  const { events } = house.app.services;
  events.on('conversation-changed', ({ conversation }) => announced.push(`changed ${conversation}`));
  events.on('message-sent', ({ author }) => announced.push(`sent by ${author}`));
  const first = await send(ana, 'One');
  expect(announced.splice(0)).toEqual([`changed ${chat}`, `sent by ${ana.id}`]);
  expect(chats().edit(chat, first, ben.id, 'Forged')).toBe(false);
  expect(await chats().remove(chat, first, ben.id)).toBe(false);
  expect(announced.splice(0)).toEqual([]);
  expect(chats().edit(chat, first, ana.id, 'Two')).toBe(true);
  expect(announced.splice(0)).toEqual([`changed ${chat}`]);
  expect(await chats().remove(chat, first, ana.id)).toBe(true);
  expect(announced.splice(0)).toEqual([`changed ${chat}`]);
  expect(await chats().remove(chat, first, ana.id)).toBe(false);
  expect(announced).toEqual([]);
});

test('the same text again takes no number', async () => {
  const id = await send(ana, 'One');
  const rev = chats().rev(chat);
  expect(chats().edit(chat, id, ana.id, 'One')).toBe(true);
  expect([chats().rev(chat), message(id)?.editedAt]).toEqual([rev, undefined]);
});

test('what was read is announced once', async () => {
  const id = await send(ana, 'One');
  const read: unknown[] = [];
  house.app.services.events.on('conversation-read', (event) => read.push(event));
  for (let again = 0; again < 2; again += 1) chats().read(chat, ben.id, id);
  chats().read(chat, ben.id, id - 1);
  expect(read).toEqual([{ conversation: chat, user: ben.id }]);
});

test('what one hasn’t seen stands below a line, one’s own above it', async () => {
  for (const body of ['Known.', 'Known too.']) await send(ana, body);
  await send(ben, 'Answered.');
  for (const body of ['New.', 'Newer.']) await send(ana, body);
  const { body } = await ben.get(`/chats/${chat}`, { cookie: `${ben.cookie}; tz=Europe/Berlin` });
  const order = [...body.matchAll(/>([^<]*\.)<|New since you were here/g)].map(([all, text]) => text ?? all);
  expect(order.filter((text) => /Known|Answered|New/.test(text))).toEqual([
    'Known.',
    'Known too.',
    'Answered.',
    'New since you were here',
    'New.',
    'Newer.',
  ]);
});

test('a change that can’t be written takes no number', async () => {
  const id = await send(ana, 'One');
  const rev = chats().rev(chat);
  await whileFailing(database, 'UPDATE ON messages', async () => {
    expect(() => chats().edit(chat, id, ana.id, 'Two')).toThrow('made to fail');
    await expect(chats().remove(chat, id, ana.id)).rejects.toThrow('made to fail');
    house.app.services.events.emit('file-changed', {
      file: 'f',
      conversation: chat,
      call: undefined,
      message: id,
    });
  });
  expect([chats().rev(chat), message(id)?.body]).toEqual([rev, 'One']);
});

test('a deletion that can’t be written leaves the message its file', async () => {
  const { files } = house.app.services;
  const made = await files.create({ owner: ana.id, conversation: chat, kind: 'attachment', name: 'a.txt' });
  if ('refused' in made) throw new Error(made.refused);
  await files.complete(made.id, { type: 'text/plain', bytes: 1, state: 'ready' });
  const sending = { conversation: chat, author: ana.id, key: randomUUID(), body: '', file: made.id };
  const sent = await chats().send(sending);
  const id = 'id' in sent ? sent.id : 0;
  await whileFailing(database, 'UPDATE ON conversations', () =>
    expect(chats().remove(chat, id, ana.id)).rejects.toThrow('made to fail'),
  );
  expect(files.ofMessage(id)?.id).toBe(made.id);
});

test('a conversation comes with both of its people, or not at all', async () => {
  const eve = await house.person('eve');
  await whileFailing(database, 'INSERT ON members', () =>
    expect(() => chats().directWith(ana.id, eve.id)).toThrow('made to fail'),
  );
  const made = chats().directWith(ana.id, eve.id);
  expect(chats().members(made)).toEqual([ana.id, eve.id]);
  expect(chats().directWith(eve.id, ana.id)).toBe(made);
});

test('a message that can’t be marked as read by its author isn’t sent', async () => {
  const rev = chats().rev(chat);
  await whileFailing(database, 'UPDATE ON members', () =>
    expect(send(ana, 'One')).rejects.toThrow('made to fail'),
  );
  expect([chats().rev(chat), chats().history(chat).messages]).toEqual([rev, []]);
});
