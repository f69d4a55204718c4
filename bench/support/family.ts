/** A data folder with people who are friends, their chats and their sessions, written through the stores. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSessions } from '../../src/server/accounts/sessions.ts';
import { createAccountStore } from '../../src/server/accounts/store.ts';
import { createEvents } from '../../src/server/background/events.ts';
import { createChatStore } from '../../src/server/chats/store.ts';
import { systemClock } from '../../src/server/clock.ts';
import { type Database, openDatabase } from '../../src/server/database/database.ts';
import { createFriendStore } from '../../src/server/friends/store.ts';
import { addPastCall } from '../../test/helpers/past-call.ts';

/** Two friends and their chat. `cookies` is what their browsers send. */
export type Pair = { chat: number; users: [number, number]; cookies: [string, string] };

export type Family = { dataDir: string; pairs: Pair[] };

/** As long as people's messages are: the median of a family's chat is some ten words. */
export const TEXT = 'Shall we bring the cake on Sunday, or will you bake one with the children?';

async function addPair(database: Database, index: number): Promise<Pair> {
  const accounts = createAccountStore(database);
  const friends = createFriendStore(database);
  const chats = createChatStore(database);
  const sessions = createSessions(database, systemClock, createEvents(), false);
  const now = Date.now();
  const person = (name: string) =>
    accounts.insertUser({
      username: `${name.toLowerCase()}${index}`,
      displayName: `${name} ${index}`,
      passwordHash: '',
      isOwner: index === 0 && name === 'Ana',
      createdAt: now,
    }) ?? 0;
  const users: [number, number] = [person('Ana'), person('Ben')];
  friends.put(users[0], users[1], now, now);
  const key = `${users[0]}:${users[1]}`;
  chats.transaction(() => chats.insertDirect(key, users, now));
  const cookie = async (user: number) =>
    `${(await sessions.start(user, 'bench', ''))?.split(';')[0]}; tz=Europe/London`;
  return {
    chat: chats.direct(key) ?? 0,
    users,
    cookies: [await cookie(users[0]), await cookie(users[1])],
  };
}

/** Writes messages of the first two in turn, a minute apart, the last one now; all are read. */
function addMessages(database: Database, chat: number, users: number[], count: number): void {
  const chats = createChatStore(database);
  chats.transaction(() => {
    let last = 0;
    for (let i = 0; i < count; i++) {
      const author = users[i % 3 === 0 ? 0 : 1] ?? 0;
      const now = Date.now() - (count - i) * 60_000;
      const body = `${i}: ${TEXT}`;
      last = chats.insert({
        conversation: chat,
        author,
        key: `bench-${chat}-${i}`,
        kind: 'text',
        body,
        call: undefined,
        now,
      }).id;
    }
    for (const user of users) chats.setRead(chat, user, last);
  });
}

/**
 * Makes the database in `dataDir`.
 * @param messages in each pair's chat
 */
export async function makeFamily(dataDir: string, pairCount: number, messages: number): Promise<Family> {
  mkdirSync(dataDir, { recursive: true });
  const database = openDatabase(join(dataDir, 'porchlight.db'));
  const pairs: Pair[] = [];
  for (let index = 0; index < pairCount; index++) {
    const pair = await addPair(database, index);
    addMessages(database, pair.chat, pair.users, messages);
    pairs.push(pair);
  }
  database.close();
  return { dataDir, pairs };
}

/**
 * Puts everybody of these pairs into one group, in the database that `makeFamily` has made.
 * @param messages in the group's chat
 * @returns its chat
 */
export function addGroup(dataDir: string, pairs: Pair[], messages: number): number {
  const database = openDatabase(join(dataDir, 'porchlight.db'));
  const chats = createChatStore(database);
  const people = pairs.flatMap(({ users }) => users);
  const now = Date.now();
  const chat = chats.transaction(() => {
    const group = chats.insertGroup('Family', false, now);
    for (const user of people) chats.addMember(group, user, { role: 'member', firstId: 0, joinedAt: now }, 0);
    return group;
  });
  addMessages(database, chat, people, messages);
  database.close();
  return chat;
}

/** Two friends and the id of a call of an hour that they have had: what a recording needs. */
export async function makeCallers(dataDir: string): Promise<{ pair: Pair; call: string }> {
  const [pair] = (await makeFamily(dataDir, 1, 40)).pairs;
  if (!pair) throw new Error('the family is empty');
  return { pair, call: addPastCall(dataDir, 'ana0', 'ben0', 60) };
}
