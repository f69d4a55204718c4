/** What each statement about conversations and messages changes, with three people in three conversations and a group. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  ANA,
  ANA_BEN,
  ANA_EVE,
  BEN,
  BEN_EVE,
  EVE,
  openTables,
  type Tables,
} from '../../../test/helpers/tables.ts';
import type { CallEntry, NewMessage } from './message-store.ts';
import { type ChatStore, createChatStore } from './store.ts';

/** The conversation of all three. */
const FAMILY = 4;

let tables: Tables;
let store: ChatStore;
beforeEach(() => {
  tables = openTables();
  tables.database.exec(`INSERT INTO conversations (id, kind, title, active_at) VALUES (${FAMILY}, 'group', 'Family', 0);
    INSERT INTO members (conversation_id, user_id) VALUES (${FAMILY}, ${ANA}), (${FAMILY}, ${BEN}), (${FAMILY}, ${EVE})`);
  store = createChatStore(tables.database);
});
afterEach(() => tables.close());

let keys = 0;
function write(conversation: number, author: number, body: string, more: Partial<NewMessage> = {}): number {
  const key = `key ${++keys}`;
  return store.insert({ conversation, author, key, kind: 'text', body, call: undefined, now: 0, ...more }).id;
}
const bodies = (conversation: number) =>
  store.before(conversation, Number.MAX_SAFE_INTEGER, 100).map(({ body }) => body);
const everything = () => [ANA_BEN, ANA_EVE, BEN_EVE, FAMILY].flatMap((id) => store.before(id, 1000, 100));
const othersThan = (id: number) => everything().filter((message) => message.id !== id);
const call = (outcome?: CallEntry['outcome']): CallEntry => ({
  ...{ id: 'c', media: 'voice', seconds: 0 },
  ...(outcome && { outcome }),
});

test('each conversation counts its own changes, and a message carries its number', () => {
  const first = write(ANA_BEN, ANA, 'one');
  const elsewhere = write(ANA_EVE, ANA, 'elsewhere');
  const second = write(ANA_BEN, BEN, 'two');
  expect([ANA_BEN, ANA_EVE, BEN_EVE].map((id) => store.rev(id))).toEqual([2, 1, 0]);
  expect([ANA_BEN, ANA_EVE, BEN_EVE].map((id) => store.newestId(id))).toEqual([second, elsewhere, 0]);
  expect(store.byId(ANA_BEN, second)).toMatchObject({ firstRev: 2, rev: 2, authorName: 'ben' });
  const others = othersThan(first);
  store.edit(ANA_BEN, first, 'changed', 50);
  expect(store.byId(ANA_BEN, first)).toMatchObject({ body: 'changed', firstRev: 1, rev: 3, editedAt: 50 });
  store.touchMessage(ANA_BEN, first);
  expect(store.byId(ANA_BEN, first)).toMatchObject({ body: 'changed', firstRev: 1, rev: 4 });
  expect(othersThan(first)).toEqual(others);
  expect([ANA_BEN, ANA_EVE, BEN_EVE].map((id) => store.rev(id))).toEqual([4, 1, 0]);
});

test('what is deleted leaves an empty row, and the others as they are', () => {
  const [gone] = [
    write(ANA_BEN, ANA, 'gone', { hasFile: true }),
    write(ANA_BEN, ANA, 'stays', { hasFile: true }),
  ];
  write(BEN_EVE, BEN, 'elsewhere');
  const others = othersThan(gone);
  store.tombstone(ANA_BEN, gone, 70);
  expect(store.byId(ANA_BEN, gone)).toMatchObject({
    body: '',
    hasFile: false,
    deleted: true,
    rev: 3,
    firstRev: 1,
  });
  expect(othersThan(gone)).toEqual(others);
});

test('a call’s entry is brought up to date, and no other', () => {
  const entry = write(ANA_BEN, ANA, '', { kind: 'call', call: call() });
  write(ANA_BEN, ANA, '', { kind: 'call', call: call() });
  const others = othersThan(entry);
  store.setCall(ANA_BEN, entry, call('missed'));
  expect(store.byId(ANA_BEN, entry)).toMatchObject({ call: call('missed'), rev: 3 });
  expect(othersThan(entry)).toEqual(others);
});

test('a message is found in its own conversation, and by its author’s key', () => {
  const id = write(ANA_BEN, ANA, 'of ana', { key: 'the same' });
  write(ANA_EVE, EVE, 'of eve', { key: 'the same' });
  expect(store.byId(ANA_BEN, id)?.body).toBe('of ana');
  expect(store.byId(ANA_EVE, id)).toBeUndefined();
  expect(store.byId(ANA_BEN, id + 1)).toBeUndefined();
  expect(store.byKey(EVE, 'the same')).toMatchObject({ body: 'of eve', conversation: ANA_EVE });
  expect(store.byKey(ANA, 'the same')).toMatchObject({ body: 'of ana', conversation: ANA_BEN });
  expect(store.byKey(BEN, 'the same')).toBeUndefined();
  expect(store.byKey(ANA, 'another')).toBeUndefined();
});

test('history goes back from a message, newest first, so far and no further', () => {
  const ids = ['one', 'two', 'three'].map((body) => write(ANA_BEN, ANA, body));
  write(ANA_EVE, ANA, 'elsewhere');
  const before = (id = 0, limit = 10) => store.before(ANA_BEN, id, limit).map(({ body }) => body);
  expect(before(ids[2])).toEqual(['two', 'one']);
  expect(before(ids[2], 1)).toEqual(['two']);
  expect(before(ids[0])).toEqual([]);
  expect(bodies(ANA_BEN)).toEqual(['three', 'two', 'one']);
});

test('what changed after a number comes in the order of the changes', () => {
  const [first = 0] = ['one', 'two', 'three'].map((body) => write(ANA_BEN, ANA, body));
  write(ANA_EVE, ANA, 'elsewhere');
  store.edit(ANA_BEN, first, 'one, changed', 5);
  const since = (rev: number, limit = 10) => store.changedSince(ANA_BEN, rev, limit).map(({ body }) => body);
  expect(since(0)).toEqual(['two', 'three', 'one, changed']);
  expect(since(2)).toEqual(['three', 'one, changed']);
  expect(since(3)).toEqual(['one, changed']);
  expect(since(4)).toEqual([]);
  expect(since(0, 1)).toEqual(['two']);
});

test('a read mark is one member’s in one conversation; it goes forward, and no further than the newest message', () => {
  const [first = 0, second = 0] = ['one', 'two'].map((body) => write(FAMILY, ANA, body));
  const elsewhere = write(BEN_EVE, EVE, 'elsewhere');
  const marks = () =>
    [ANA_BEN, BEN_EVE, FAMILY].map((id) => [ANA, BEN, EVE].map((user) => store.readId(id, user)));
  expect(store.setRead(FAMILY, BEN, first)).toBe(true);
  expect(store.setRead(FAMILY, BEN, first)).toBe(false);
  expect(marks()).toEqual([
    [0, 0, 0],
    [0, 0, 0],
    [0, first, 0],
  ]);
  expect(store.setRead(FAMILY, BEN, elsewhere + 10)).toBe(true);
  expect(store.setRead(FAMILY, BEN, first)).toBe(false);
  expect(store.setRead(FAMILY, BEN, 0)).toBe(false);
  expect(store.setRead(ANA_BEN, BEN, second)).toBe(false);
  expect(store.setRead(ANA_EVE, BEN, second)).toBe(false);
  expect(marks()[2]).toEqual([0, second, 0]);
});

test('a message is seen when everybody else has seen it, whatever oneself has', () => {
  const id = write(FAMILY, ANA, 'one');
  write(ANA_BEN, ANA, 'elsewhere');
  store.setRead(FAMILY, BEN, id);
  expect(store.othersReadId(FAMILY, ANA)).toBe(0);
  store.setRead(FAMILY, EVE, id);
  expect(store.othersReadId(FAMILY, ANA)).toBe(id);
  expect(store.othersReadId(FAMILY, BEN)).toBe(0);
  expect(store.othersReadId(ANA_BEN, ANA)).toBe(0);
});

test('news are what others wrote since, but for what was deleted and calls that one knows of', () => {
  write(ANA_BEN, ANA, 'own');
  expect([ANA, BEN, EVE].map((user) => store.unreadConversations(user))).toEqual([0, 1, 0]);
  store.tombstone(ANA_BEN, store.newestId(ANA_BEN), 1);
  expect(store.unreadConversations(BEN)).toBe(0);
  for (const outcome of [undefined, 'hung-up', 'declined', 'failed'] as const)
    write(ANA_BEN, ANA, '', { kind: 'call', call: call(outcome) });
  expect(store.unreadConversations(BEN)).toBe(0);
  for (const outcome of ['missed', 'busy', 'cancelled'] as const)
    write(ANA_BEN, ANA, '', { kind: 'call', call: call(outcome) });
  write(FAMILY, EVE, 'to all');
  write(FAMILY, BEN, 'to all');
  expect([ANA, BEN, EVE].map((user) => store.unreadConversations(user))).toEqual([1, 2, 1]);
  const unread = [ANA_BEN, BEN_EVE, FAMILY].map(
    (id) => store.lines(BEN).find((line) => line.id === id)?.unread,
  );
  expect(unread).toEqual([3, 0, 1]);
  store.setRead(ANA_BEN, BEN, store.newestId(ANA_BEN));
  expect([ANA, BEN, EVE].map((user) => store.unreadConversations(user))).toEqual([1, 1, 1]);
});

test('of a group’s call each has missed it or not, while it goes on as well', () => {
  const people = { [ANA]: 'in', [BEN]: 'missed', [EVE]: 'declined' } as const;
  const unreadOf = () => [ANA, BEN, EVE].map((user) => store.unreadConversations(user));
  write(FAMILY, ANA, '', { kind: 'call', call: { ...call(undefined), people } });
  expect(unreadOf()).toEqual([0, 1, 0]);
  store.setRead(FAMILY, BEN, store.newestId(FAMILY));
  write(FAMILY, ANA, '', {
    kind: 'call',
    call: { ...call('cancelled'), people: { ...people, [BEN]: 'was' } },
  });
  expect(unreadOf()).toEqual([0, 0, 0]);
});

test('unread messages are counted up to a hundred', () => {
  for (let at = 0; at < 99; at += 1) write(ANA_BEN, ANA, `${at}`);
  const unread = () => store.lines(BEN).find(({ id }) => id === ANA_BEN)?.unread;
  expect(unread()).toBe(99);
  write(ANA_BEN, ANA, 'the hundredth');
  write(ANA_BEN, ANA, 'one more');
  expect(unread()).toBe(100);
});

test('the list of chats has a member’s own, the last one written in first, each with who else is in it', () => {
  write(ANA_BEN, ANA, 'first', { now: 10 });
  const second = write(ANA_EVE, EVE, 'second', { now: 20 });
  write(BEN_EVE, EVE, 'not for ana', { now: 30 });
  const lines = (me: number) =>
    store.lines(me).map(({ id, otherId, name, activeAt }) => [id, otherId, name, activeAt]);
  expect(lines(ANA)).toEqual([
    [ANA_EVE, EVE, 'eve', 20],
    [ANA_BEN, BEN, 'ben', 10],
    [FAMILY, undefined, 'Family', 0],
  ]);
  expect(store.lines(ANA)[0]?.lastMessageId).toBe(second);
  expect(store.lines(ANA)[2]?.lastMessageId).toBeUndefined();
  // One that nobody has written in, however young it is.
  tables.database.exec(`UPDATE conversations SET active_at = 900 WHERE id = ${FAMILY}`);
  expect(lines(ANA).at(-1)).toEqual([FAMILY, undefined, 'Family', 900]);
  write(FAMILY, BEN, 'third', { now: 20 });
  // Of two that were written in at once, the younger conversation.
  expect(lines(ANA).map(([id]) => id)).toEqual([FAMILY, ANA_EVE, ANA_BEN]);
});

test('for a newcomer who reads from then on, a chat has nothing until somebody writes', () => {
  const before = write(FAMILY, BEN, 'before', { now: 10 });
  store.removeMember(FAMILY, EVE);
  store.addMember(FAMILY, EVE, { role: 'member', firstId: before, joinedAt: 20 }, before);
  const last = () => store.lines(EVE).find(({ id }) => id === FAMILY)?.lastMessageId;
  expect(last()).toBeUndefined();
  const after = write(FAMILY, BEN, 'after', { now: 30 });
  expect(last()).toBe(after);
});

test('the conversation of two is made once', () => {
  const database = tables.database;
  database.exec(
    `INSERT INTO users (id, username, display_name, password_hash, created_at) VALUES (5, 'dan', 'Dan', '', 0)`,
  );
  const known = store.direct('1:2');
  store.insertDirect('1:2', [ANA, EVE], 5);
  expect([known, store.direct('1:2'), store.members(ANA_BEN)]).toEqual([ANA_BEN, ANA_BEN, [ANA, BEN]]);
  expect(store.direct('1:5')).toBeUndefined();
  store.insertDirect('1:5', [ANA, 5], 5);
  const made = store.direct('1:5') ?? 0;
  expect(store.members(made)).toEqual([ANA, 5]);
  expect([ANA, BEN].map((user) => store.isMember(made, user))).toEqual([true, false]);
  expect([EVE, BEN].map((user) => store.isMember(ANA_EVE, user))).toEqual([true, false]);
  expect(store.conversation(made)).toMatchObject({ kind: 'direct', title: undefined, rev: 0 });
  expect(store.conversation(FAMILY)).toMatchObject({ kind: 'group', title: 'Family' });
  expect([store.conversation(99), store.rev(99), store.newestId(99)]).toEqual([undefined, 0, 0]);
});

test('the names are those of a conversation’s members', () => {
  expect(store.names(ANA_EVE).split('\0').sort()).toEqual(['ana', 'eve']);
  expect(store.names(99)).toBe('');
});
