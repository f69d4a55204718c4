/**
 * Calls without browsers and without time: the server's rules on a real database, and pages that speak the protocol over
 * sockets which delay, break and forget. What happens is drawn from a seed, so a run that fails can be had again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fastify from 'fastify';
import { after, EMPTY, type Roster } from '../../src/client/call/lifecycle/roster.ts';
import type { ClientMessage } from '../../src/protocol/client.ts';
import type { ServerMessage } from '../../src/protocol/server.ts';
import { createAccountStore } from '../../src/server/accounts/store.ts';
import { createEvents } from '../../src/server/background/events.ts';
import { here, MOST_PLACES, ringing } from '../../src/server/calls/call.ts';
import { type Calls, createCalls } from '../../src/server/calls/calls.ts';
import type { Connection } from '../../src/server/calls/connections.ts';
import { isProtocolError } from '../../src/server/calls/protocol-error.ts';
import { type Call, type CallStore, createCallStore } from '../../src/server/calls/store.ts';
import { createChats } from '../../src/server/chats/chats.ts';
import { beginDirect } from '../../src/server/chats/direct.ts';
import { createGroups, type Groups } from '../../src/server/chats/groups.ts';
import { createMembership, type Membership } from '../../src/server/chats/membership.ts';
import { type ChatStore, createChatStore } from '../../src/server/chats/store.ts';
import { createCommitQueue } from '../../src/server/database/commit-queue.ts';
import { type Database, openDatabase } from '../../src/server/database/database.ts';
import { createFileParts } from '../../src/server/files/index.ts';
import { createFriends, type Friends } from '../../src/server/friends/friends.ts';
import { createPresence } from '../../src/server/friends/presence.ts';
import { createFriendStore } from '../../src/server/friends/store.ts';
import { type FakeClock, fakeClock } from './clock.ts';

const SECOND = 1000;

/** Numbers that look drawn, the same for the same seed (mulberry32). */
function createDice(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** From 0 to `below`, without it. */
    below: (below: number): number => Math.floor(next() * below),
    pick: <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(next() * items.length)],
  };
}
/** One of a person's devices, with its page. */
type Page = {
  user: number;
  device: string;
  /** How often somebody has signed in here. */
  signIns: number;
  connection: Connection | undefined;
  /** On their way, in order, in either direction; a socket that breaks loses both. */
  toServer: ClientMessage[];
  toPage: ServerMessage[];
  /** What the page keeps until the server has answered it. */
  kept: ClientMessage | undefined;
  call: string | undefined;
  /** Whether it has its place from the server as it runs now; one that was restarted only waits for two minutes. */
  isKnown: boolean;
  roster: Roster;
  /** Calls that ring here. */
  rings: Set<string>;
};

/** Who came, or was rung by a call that is over, is not shown among the invited. */
const NOT_INVITED = new Set(['joined', 'cancelled']);

type World = {
  database: Database;
  store: CallStore;
  chatStore: ChatStore;
  calls: Calls;
  groups: Groups;
  friends: Friends;
  membership: Membership;
  clock: FakeClock;
};

/** A socket that is dead at its page, which the server hasn't noticed: the page's next one may be open before. */
type DeadSocket = { connection: Connection; closing: boolean };

export type Simulation = {
  /** Makes one thing happen. @returns what it was */
  step(): string;
  /** Everything on its way arrives, every page is connected, and what is wrong then is told. */
  settle(): string[];
  /** Everybody leaves; what goes on all the same is told. */
  finish(): string[];
  close(): void;
};

/** What a page may be told of a call, by what its person is to it. */
function isTheirs(call: Call | undefined, user: number, message: ServerMessage): boolean {
  switch (message.type) {
    case 'joined':
    case 'peer':
    case 'invited':
    case 'description':
    case 'candidates':
    case 'request-offer':
      return call !== undefined && here(call).some((place) => place.user === user);
    case 'incoming':
      return call !== undefined && ringing(call, user) !== undefined;
    default:
      return true;
  }
}

let serialized: Buffer | undefined;

/** A database of today's version without anybody in it; migrating one takes longer than all that happens in a run. */
function empty(): Buffer {
  if (!serialized) {
    const database = openDatabase(':memory:');
    serialized = database.serialize();
    database.close();
  }
  return serialized;
}

function copyOf(bytes: Buffer, fill: (database: Database) => void): Database {
  const database = new Sqlite(bytes);
  database.pragma('foreign_keys = ON');
  fill(database);
  return database;
}

/** @param people how many, each with two devices; all are friends and in one group */
export function simulate(seed: number, people: number): Simulation {
  const dice = createDice(seed);
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-simulation-'));
  const clock = fakeClock();
  const wrong: string[] = [];
  const users = Array.from({ length: people }, (_, index) => index + 1);
  const database = copyOf(empty(), (fresh) => {
    const person = fresh.prepare<[number, string, string]>(
      `INSERT INTO users (id, username, display_name, password_hash, created_at) VALUES (?, ?, ?, '', 0)`,
    );
    for (const user of users) person.run(user, `person-${user}`, `Person ${user}`);
  });
  const { chats: pairs, group } = befriendAll();
  let world = open();
  let dead: DeadSocket[] = [];
  const pages: Page[] = users.flatMap((user) =>
    ['phone', 'tablet'].map((kind) => ({
      ...{ user, device: `${kind}-of-${String(user).padStart(4, '0')}`, signIns: 1, connection: undefined },
      ...{
        toServer: [],
        toPage: [],
        kept: undefined,
        call: undefined,
        isKnown: false,
        roster: EMPTY,
        rings: new Set<string>(),
      },
    })),
  );
  let keys = 0;

  function parts() {
    const events = createEvents();
    const accounts = createAccountStore(database);
    const chatStore = createChatStore(database);
    const friends = createFriends(createFriendStore(database), accounts, clock, events, (a, b) =>
      beginDirect(chatStore, a, b, clock.now()),
    );
    const membership = createMembership({ sessions: { isOpen: () => true }, store: chatStore, friends });
    return { events, accounts, chatStore, friends, membership };
  }

  function befriendAll() {
    const { chatStore, friends, accounts, events } = parts();
    const chats: number[] = [];
    for (const a of users)
      for (const b of users.slice(a)) {
        friends.befriend(a, b);
        chats.push(chatStore.direct(`${a}:${b}`) ?? 0);
      }
    const groups = createGroups({ store: chatStore, accounts, friends, clock, events });
    const made = groups.create(1, 'Family', users);
    return { chats, group: made ?? 0 };
  }

  /** A server on the database as it is: what the memory of the last one held is gone. */
  function open(): World {
    const { events, accounts, chatStore, friends, membership } = parts();
    const { log } = fastify({ logger: false });
    const queue = createCommitQueue(database, () => undefined);
    const { files } = createFileParts({
      ...{ database, queue, clock, events, config: { dataDir: folder }, log, mayRead: () => false },
    });
    const chats = createChats(chatStore, queue, membership, files, clock, events);
    const now = (_: string, work: () => unknown) => void work();
    const store = createCallStore(database);
    const calls = createCalls({
      ...{ store, chats, membership, accounts, clock, events },
      presence: createPresence(clock, events),
      background: { attempt: now, spare: now, insist: now, stop() {} },
      iceServers: () => ({ stunUrls: [], turn: undefined }),
    });
    const groups = createGroups({ store: chatStore, accounts, friends, clock, events });
    return { database, store, chatStore, calls, groups, friends, membership, clock };
  }

  const sessionOf = ({ device, signIns }: Page): string => `session ${signIns} of ${device}`;

  function connect(page: Page): void {
    const connection: Connection = {
      ...{ user: page.user, session: sessionOf(page), device: page.device, version: 2 },
      host: 'localhost',
      send(message) {
        const id = 'call' in message && message.call !== undefined ? message.call : '';
        if (!isTheirs(world.store.find(id), page.user, message))
          wrong.push(`${page.device} was told what isn't theirs: ${JSON.stringify(message)}`);
        if (page.connection === connection) page.toPage.push(message);
      },
    };
    page.connection = connection;
    page.rings.clear();
    world.calls.hello(connection);
    if (page.call !== undefined) resume(page, false);
    if (page.kept) page.toServer.push(page.kept);
  }

  function resume(page: Page, fresh: boolean): void {
    const { call, roster } = page;
    if (call !== undefined)
      page.toServer.push({ type: 'resume', call, ...(roster.own && { member: roster.own }), fresh });
  }

  function disconnect(page: Page, closing: boolean): void {
    const { connection } = page;
    if (!connection) return;
    page.connection = undefined;
    page.toServer = [];
    page.toPage = [];
    dead.push({ connection, closing });
  }

  /** The server notices that sockets have closed, each once. */
  function notice(closed: DeadSocket[]): void {
    dead = dead.filter((socket) => !closed.includes(socket));
    for (const { connection, closing } of closed) world.calls.gone(connection, closing);
  }

  function deliverToServer(page: Page): string {
    const message = page.toServer.shift();
    if (!message || !page.connection) return 'nothing arrives';
    try {
      world.calls.handle(page.connection, message);
    } catch (error) {
      if (!isProtocolError(error)) throw error;
      const about = message.type;
      page.toPage.push({ type: 'error', code: error.code, about });
    }
    return `${page.device} is heard: ${message.type}`;
  }

  function deliverToPage(page: Page): string {
    const message = page.toPage.shift();
    if (!message) return 'nothing arrives';
    if (message.type === 'incoming') page.rings.add(message.call);
    else if (message.type === 'error') {
      // A place that is somebody else's by now, or a call that never was.
      if (['ring', 'join', 'leave'].includes(message.about ?? '')) page.kept = undefined;
      if (message.about === 'resume' && (message.call ?? page.call) === page.call) forget(page);
    } else if (message.type === 'joined') {
      page.call = message.call;
      page.isKnown = true;
      page.kept = undefined;
      page.rings.delete(message.call);
      page.roster = after(EMPTY, message);
    } else if (message.type === 'moved' && message.call === page.call) {
      page.call = message.to;
      page.roster = EMPTY;
      resume(page, true);
    } else if (message.type === 'ended') {
      page.rings.delete(message.call);
      if (page.kept && (!('call' in page.kept) || page.kept.call === message.call)) page.kept = undefined;
      if (page.call === message.call) forget(page);
    } else if ('call' in message && message.call === page.call) page.roster = after(page.roster, message);
    return `${page.device} hears: ${message.type}`;
  }

  function forget(page: Page): void {
    page.call = undefined;
    page.roster = EMPTY;
  }

  /** Says it, and again on each new socket until it is answered. */
  function keep(page: Page, message: ClientMessage): void {
    page.kept = message;
    page.toServer.push(message);
  }

  function ring(page: Page): void {
    keys += 1;
    const chat = dice.below(3) > 0 ? group : (dice.pick(pairs) ?? group);
    const offer = { type: 'offer' as const, sdp: 'v=0' };
    const quiet = dice.below(4) === 0;
    keep(page, {
      type: 'ring',
      key: `ring-${String(keys).padStart(6, '0')}`,
      chat,
      media: 'voice',
      offer,
      quiet,
    });
  }

  /** Adds somebody to the call that a page is in, which of two people makes it one of a group. */
  function add(page: Page, call: Call): string {
    const { user } = page;
    const people = [dice.pick(users) ?? user, dice.pick(users) ?? user].filter((person) => person !== user);
    try {
      // As the form does before it writes anything.
      world.calls.mayInvite(call, user, people.length);
      if (call.isGroup) {
        world.calls.invite(call.id, user, people);
        return 'adds somebody';
      }
      const all = [...here(call).map((place) => place.user), ...people];
      const where = world.groups.ofExactly(user, all) ?? world.groups.create(user, 'Some', all);
      if (where !== undefined) world.calls.move(call.id, user, where, people);
      return 'makes it the call of a group';
    } catch (error) {
      if (!isProtocolError(error)) throw error;
      return 'can’t add anybody';
    }
  }

  /** What somebody may do at a page that is connected and isn't waiting for an answer. */
  function act(page: Page): string {
    const rung = dice.pick([...page.rings]);
    const going = dice.pick(world.store.open());
    const { call } = page;
    if (call !== undefined) {
      const peer = dice.pick([...page.roster.peers.keys()]);
      const known = world.store.find(call);
      // Seldom are two talking when it is their turn.
      const isPair = known?.state.name === 'active' && !known.isGroup;
      switch (isPair && dice.below(2) === 0 ? 4 : dice.below(6)) {
        case 4:
          return known ? add(page, known) : 'knows of no call';
        case 0:
          keep(page, { type: 'leave', call });
          return 'leaves';
        case 1:
          page.toServer.push({ type: 'leave', call, closing: true });
          disconnect(page, dice.below(2) === 0);
          return 'closes the page';
        case 2:
          disconnect(page, true);
          connect(page);
          page.toServer = [];
          resume(page, true);
          return 'reloads';
        default:
          if (peer !== undefined) page.toServer.push({ type: 'candidates', call, to: peer, candidates: [] });
          return 'sends candidates';
      }
    }
    if (rung !== undefined && dice.below(2) === 0) {
      keep(page, { type: 'join', call: rung });
      return 'accepts';
    }
    if (rung !== undefined && dice.below(2) === 0) {
      page.toServer.push({ type: 'decline', call: rung });
      return 'declines';
    }
    if (going && dice.below(2) === 0) {
      keep(page, { type: 'join', call: going.id, over: dice.below(2) === 0 });
      return 'walks in';
    }
    ring(page);
    return 'rings';
  }

  function restart(): string {
    world.calls.stop();
    dead = [];
    for (const page of pages) {
      page.connection = undefined;
      page.isKnown = false;
      page.toServer = [];
      page.toPage = [];
    }
    world = open();
    return 'the server restarts';
  }

  function changeMembers(): string {
    const user = 2 + dice.below(people - 1);
    if (!world.chatStore.isMember(group, user)) world.groups.add(group, 1, [user], true);
    else if (dice.below(2) === 0) world.groups.remove(group, 1, user);
    else world.groups.leave(group, user);
    return `person ${user} comes into the group, or leaves it`;
  }

  /** Of two people in a call more often than of others: it ends for both. */
  function changeFriends(): string {
    const pair = dice.pick(world.store.open().filter(({ isGroup }) => !isGroup))?.places ?? [];
    const [one = 1 + dice.below(people), other = 1 + dice.below(people)] = pair.map(({ user }) => user);
    if (one === other) return 'nobody blocks themselves';
    if (world.friends.areFriends(one, other)) world.friends.block(one, other);
    else {
      for (const [by, blocked] of [
        [one, other],
        [other, one],
      ] as const)
        world.friends.unblock(by, blocked);
      world.friends.befriend(one, other);
    }
    return `person ${one} blocks person ${other}, or they are friends again`;
  }

  /** Everybody who can walks into the call of a group, which may be more than it has places for. */
  function crowd(): string {
    const call = dice.pick(world.store.open().filter(({ isGroup }) => isGroup));
    if (!call) return 'there is no call to walk into';
    for (const page of pages) {
      if (!page.connection) connect(page);
      if (page.call === undefined && page.kept === undefined) keep(page, { type: 'join', call: call.id });
    }
    return 'everybody walks into a call';
  }

  /** Signed out from elsewhere: whatever this browser was in is over for it at once, and somebody signs in there anew. */
  function endSession(page: Page): string {
    const own = page.isKnown ? page.roster.own : undefined;
    world.calls.leaveBySession(sessionOf(page));
    disconnect(page, false);
    const left = world.store.find(page.call ?? '');
    if (left && here(left).some(({ id, device }) => id === own && device === page.device))
      wrong.push(`${page.device} is signed out and in a call`);
    page.signIns += 1;
    page.kept = undefined;
    page.rings.clear();
    forget(page);
    return `${page.device} is signed out`;
  }

  function letTimePass(): string {
    const seconds = dice.below(40);
    clock.advance(seconds * SECOND);
    return `${seconds} s pass`;
  }

  function checkRules(): void {
    const taken = new Map<number, string>();
    for (const call of world.store.open()) {
      const present = here(call);
      if (present.length > MOST_PLACES) wrong.push(`${present.length} people are in a call`);
      if (present.length === MOST_PLACES && call.invites.some(({ state }) => state === 'ringing'))
        wrong.push('a full call rings');
      for (const { user } of present) {
        if (taken.has(user)) wrong.push(`person ${user} is in two calls`);
        taken.set(user, call.id);
        if (!world.membership.mayCallIn(call.conversation, user))
          wrong.push(`person ${user} is in a call of others`);
      }
      if (present.length === 0) wrong.push('a call goes on without anybody');
    }
  }

  function flush(): void {
    for (let round = 0; round < 1000; round += 1) {
      const busy = pages.filter(({ toServer, toPage }) => toServer.length + toPage.length > 0);
      if (busy.length === 0) return;
      for (const page of busy) {
        deliverToServer(page);
        deliverToPage(page);
      }
    }
    wrong.push('messages never come to an end');
  }

  /** What a page shows must be what the server knows. */
  function compare(page: Page): void {
    const { call: id, roster, user, device } = page;
    if (id === undefined) return;
    const call = world.store.find(id);
    const me = call && here(call).find((place) => place.user === user);
    if (!call || !me || me.id !== roster.own || me.device !== device) {
      wrong.push(`${device} believes to be in a call`);
      return;
    }
    const hasPage = (place: string) => pages.some((other) => other.connection && other.roster.own === place);
    const known = [...roster.peers.values()].map(({ member, away }) => `${member} ${away}`).sort();
    const actual = here(call)
      .flatMap((place) => (place.id === me.id ? [] : `${place.id} ${!hasPage(place.id)}`))
      .sort();
    if (known.join() !== actual.join()) wrong.push(`${device} sees others than are there`);
    const rung = (people: readonly { user: number; state: string }[]) =>
      people
        .flatMap(({ user: invited, state }) => (NOT_INVITED.has(state) ? [] : `${invited} ${state}`))
        .sort()
        .join();
    if (call.isGroup && rung(roster.invited) !== rung(call.invites))
      wrong.push(`${device} sees others invited than are`);
  }

  return {
    step() {
      const page = dice.pick(pages);
      if (!page) return 'nothing';
      const drawn = dice.below(200);
      if (drawn < 1) return restart();
      if (drawn < 4) return changeMembers();
      if (drawn < 6) return changeFriends();
      if (drawn < 8) return endSession(dice.pick(pages.filter(({ call }) => call !== undefined)) ?? page);
      if (drawn < 9) return crowd();
      if (drawn < 22) return letTimePass();
      const closed = drawn < 40 && dice.pick(dead);
      if (closed) {
        notice([closed]);
        return `the server notices that a socket of ${closed.connection.device} is closed`;
      }
      const speaker = drawn < 80 && dice.pick(pages.filter(({ toServer }) => toServer.length > 0));
      if (speaker) return deliverToServer(speaker);
      const listener = drawn < 140 && dice.pick(pages.filter(({ toPage }) => toPage.length > 0));
      if (listener) return deliverToPage(listener);
      if (!page.connection) {
        connect(page);
        return `${page.device} connects`;
      }
      if (drawn % 30 === 0) {
        disconnect(page, false);
        return `${page.device} loses its socket`;
      }
      if (page.kept !== undefined) return `${page.device} waits`;
      return `${page.device} ${act(page)}`;
    },

    settle() {
      notice(dead);
      for (const page of pages) if (!page.connection) connect(page);
      flush();
      checkRules();
      for (const page of pages) compare(page);
      for (const page of pages)
        for (const rung of page.rings) {
          const call = world.store.find(rung);
          if (!call || !ringing(call, page.user)) wrong.push(`${page.device} rings for nothing`);
        }
      return wrong;
    },

    finish() {
      for (const page of pages) disconnect(page, dice.below(2) === 0);
      notice(dead);
      clock.advance(5 * 60 * SECOND);
      for (const call of world.store.open()) wrong.push(`a call never ends: ${JSON.stringify(call)}`);
      const entries = database
        .prepare<[], string>(`SELECT call FROM messages WHERE kind = 'call'`)
        .pluck()
        .all();
      const late = database
        .prepare<[], string>(
          `SELECT calls.id FROM calls JOIN call_places ON call_id = calls.id GROUP BY calls.id
           HAVING ended_at <> MAX(left_at) AND answered_at IS NOT NULL`,
        )
        .pluck()
        .all();
      for (const call of late) wrong.push(`call ${call} ends when nobody leaves it`);
      for (const entry of entries)
        if (!JSON.parse(entry).outcome) wrong.push(`the chat shows a call as going on: ${entry}`);
      return wrong;
    },

    close() {
      world.calls.stop();
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
