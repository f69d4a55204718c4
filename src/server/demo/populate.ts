/** Fills an empty data folder with the demo's family, by the same rules as everybody's. */
import { createHash } from 'node:crypto';
import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashPassword } from '../accounts/passwords.ts';
import { createAccountStore } from '../accounts/store.ts';
import { createEvents } from '../background/events.ts';
import { databaseIn } from '../backup/data-folder.ts';
import { createCallStore } from '../calls/store.ts';
import { createChats } from '../chats/chats.ts';
import { beginDirect } from '../chats/direct.ts';
import { createGroups } from '../chats/groups.ts';
import { createMembership, mayReadFile } from '../chats/membership.ts';
import { createChatStore } from '../chats/store.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createCommitQueue } from '../database/commit-queue.ts';
import { openDatabase } from '../database/database.ts';
import { createFiles } from '../files/files.ts';
import { createFolderStore } from '../files/folder-store.ts';
import { createFolders } from '../files/folders.ts';
import { createFileStore } from '../files/store.ts';
import { createFriends } from '../friends/friends.ts';
import { createFriendStore } from '../friends/store.ts';
import { ROOT } from '../paths.ts';
import { createRecordingStore } from '../recordings/store.ts';
import {
  CONVERSATIONS,
  type DemoConversation,
  type DemoLine,
  FRIENDS,
  GROUP,
  PASSWORD,
  PEOPLE,
  REQUESTS,
  type When,
} from './family.ts';

type Talk = Omit<DemoConversation, 'between'> & { people: string[] };

const MINUTE = 60_000;
const SAMPLES = join(ROOT, 'assets/demo');
/** Eight seconds of a drawn call. */
const RECORDING = join(SAMPLES, 'call.webm');
const POSTER = join(SAMPLES, 'call.webp');

/** ms since 1970, in this machine's time zone. */
function momentOf(when: When, now: number): number {
  if ('minutesAgo' in when) return now - when.minutesAgo * MINUTE;
  const [hours, minutes] = when.time.split(':').map(Number);
  const day = new Date(now);
  day.setDate(day.getDate() - when.daysAgo);
  return day.setHours(hours ?? 0, minutes ?? 0, 0, 0);
}

/** 128 bits in base64url, the same each time. */
const idOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

/**
 * Writes the family into `dataDir`, which must be there and empty.
 * @param now the end of their talk, ms since 1970
 */
export async function populateDemo(dataDir: string, now: number): Promise<void> {
  const database = openDatabase(databaseIn(dataDir));
  // Made anew whenever it is wanted, so there is nothing to protect from a power cut.
  database.pragma('synchronous = OFF');
  let moment = now;
  const clock: Clock = { ...systemClock, now: () => moment };
  const events = createEvents();
  const accounts = createAccountStore(database);
  const queue = createCommitQueue(database);
  const chatStore = createChatStore(database);
  const friends = createFriends(createFriendStore(database), accounts, clock, events, (a, b) =>
    beginDirect(chatStore, a, b, clock.now()),
  );
  const folders = createFolders({ store: createFolderStore(database), dataDir, events, log: console });
  const store = createFileStore(database);
  const files = createFiles({
    store,
    queue,
    mayRead: (file, user) => mayReadFile(chatStore, file, user),
    folders,
    dataDir,
    clock,
    events,
  });
  const membership = createMembership({ sessions: { isOpen: () => true }, store: chatStore, friends });
  const chats = createChats(chatStore, queue, membership, files, clock, events);
  const calls = createCallStore(database);
  const recordings = createRecordingStore(database);

  const ids = new Map<string, number>();
  const idOfUser = (name: string): number => ids.get(name) ?? 0;

  moment = momentOf({ daysAgo: 30, time: '18:00' }, now);
  const passwordHash = await hashPassword(PASSWORD);
  for (const [index, { username, displayName, locale }] of PEOPLE.entries()) {
    const id = accounts.insertUser({
      username,
      displayName,
      passwordHash,
      isOwner: index === 0,
      createdAt: moment,
    });
    if (id === undefined) throw new Error(`${dataDir} is not empty.`);
    accounts.setPreferences(id, { locale, sound: true });
    ids.set(username, id);
  }
  for (const [a, b] of FRIENDS) friends.befriend(idOfUser(a), idOfUser(b));
  for (const [asking, asked] of REQUESTS) friends.ask(idOfUser(asking), asked);

  function putCall(
    conversation: number,
    key: string,
    line: Extract<DemoLine, { call: object }>,
    other: string,
  ): void {
    const { media, outcome, seconds } = line.call;
    const id = idOf(key);
    const [caller, callee] = [idOfUser(line.by), idOfUser(other)];
    calls.transaction(() => {
      const here = seconds > 0 ? [caller, callee] : [caller];
      calls.insert({ id, conversation, startedBy: caller, media, now: moment });
      calls.invite(id, { user: callee, state: 'ringing', deadline: moment + MINUTE });
      for (const user of here)
        calls.take(
          id,
          { id: idOf(`${key} ${user}`), user, device: 'demo-device', key: undefined, now: moment },
          here.length,
        );
      if (seconds > 0) {
        calls.settle(id, callee, 'joined');
        calls.answer(id, moment);
      }
      calls.end(id, seconds > 0 ? 'active' : 'ringing', {
        ...{ reason: outcome, at: moment + seconds * 1000 },
        unanswered: outcome === 'declined' || outcome === 'missed' ? outcome : 'cancelled',
      });
      chats.putCall(conversation, caller, { id, media, outcome, seconds });
    });
  }

  /** As it is when it was received and finished. */
  async function putRecording(conversation: number, key: string, owner: number, call: string): Promise<void> {
    const name = `${new Date(moment).toISOString().slice(0, 10)} Video call.webm`;
    const made = await files.create({ owner, conversation, call, kind: 'recording', name });
    const file = 'id' in made && files.find(made.id);
    if (!file) throw new Error('There is no room for the demo.');
    const bytes = statSync(RECORDING).size;
    copyFileSync(RECORDING, files.pathOf(file));
    copyFileSync(POSTER, files.previewPathOf(file));
    recordings.insert(file.id, { mode: 'everyone' }, key);
    await files.complete(file.id, {
      ...{ type: 'video/webm', width: 640, height: 360, durationMs: 8008 },
      ...{ bytes, hasPreview: true, state: 'ready' },
    });
    recordings.setLength(file.id, bytes);
    recordings.setFinished(file.id, bytes);
    recordings.setPosted(file.id);
    await chats.send({ conversation, author: owner, key, body: '', file: file.id });
  }

  const keyOf = (conversation: number, line: number) =>
    `demo-${conversation}-${String(line).padStart(12, '0')}`;

  /** @param number tells the keys of one conversation from those of another */
  async function write(number: number, conversation: number, { people, lines, unread }: Talk): Promise<void> {
    const written: number[] = [];
    for (const [index, line] of lines.entries()) {
      moment = momentOf(line.when, now);
      const key = keyOf(number, index);
      const author = idOfUser(line.by);
      const other = people.find((name) => name !== line.by) ?? '';
      if ('call' in line) putCall(conversation, key, line, other);
      else if ('recordingOf' in line)
        await putRecording(conversation, key, author, idOf(keyOf(number, line.recordingOf)));
      else {
        const sent = await chats.send({ conversation, author, key, body: line.before ?? line.text });
        if (sent.result === 'refused') throw new Error(`${line.by} may not write there`);
        const { id } = sent;
        moment += MINUTE / 2;
        if (line.before) chats.edit(conversation, id, author, line.text);
        if (line.deleted) await chats.remove(conversation, id, author);
      }
      written.push(chats.newestId(conversation));
    }
    for (const name of people) {
      const seen = unread?.who === name ? written.length - unread.lines : written.length;
      chats.read(conversation, idOfUser(name), written[seen - 1] ?? 0);
    }
  }

  for (const [number, { between, ...talk }] of CONVERSATIONS.entries()) {
    const [a, b] = between;
    moment = momentOf(talk.lines[0]?.when ?? { minutesAgo: 0 }, now);
    await write(number, chats.directWith(idOfUser(a), idOfUser(b)), { people: between, ...talk });
  }
  moment = momentOf(GROUP.made, now);
  const [maker, ...others] = GROUP.people.map(idOfUser);
  const groups = createGroups({ store: chatStore, accounts, friends, clock, events });
  const group = maker === undefined ? undefined : groups.create(maker, GROUP.title, others, true);
  if (group === undefined) throw new Error('There is no group in the demo.');
  await write(CONVERSATIONS.length, group, GROUP);
  database.close();
}
