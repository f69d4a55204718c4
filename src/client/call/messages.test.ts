/** What the server's messages do to a call. The links here only note what they are given, as it takes a browser to do it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Description } from '../../protocol/common.ts';
import type { ServerMessage } from '../../protocol/server.ts';
import { createLifecycle, type Lifecycle } from './lifecycle/lifecycle.ts';
import type { Roster } from './lifecycle/roster.ts';
import { createMembership, type Membership } from './membership.ts';
import type { Mesh } from './mesh.ts';
import { createMessages } from './messages.ts';
import type { Link } from './pair/link.ts';
import { createIceRenewal } from './server/ice-renewal.ts';
import { createOutbox } from './server/outbox.ts';

const CALL = 'c'.repeat(22);
const [OWN, BEN, CLEO] = ['a'.repeat(22), 'b'.repeat(22), 'd'.repeat(22)];
const KEY = 'ring-0001';
const OFFER: Description = { type: 'offer', sdp: 'that the page was served with' };

let noted: unknown[][];
let kept: Set<string>;
let lifecycle: Lifecycle;
let membership: Membership;
let roster: Roster | undefined;
let hear: (message: ServerMessage) => void;

const note =
  (what: string) =>
  (...values: unknown[]): void =>
    void noted.push([what, ...values]);

const linkOf = (member: string): Link => ({
  offer: async () => undefined,
  offerAnew() {},
  answer: async () => undefined,
  local: () => undefined,
  setPolite() {},
  receive: (description) => note('receive')(member, description.sdp),
  receiveCandidates() {},
  receiveRequest: (fragment) => note('request')(member, fragment),
  flush: (again = false) => note('flush')(member, again),
  renew: () => note('renew')(member),
  online() {},
  renewIce() {},
  send() {},
  say: () => false,
  fit() {},
  level: () => 0,
  statistics: () => undefined,
  close() {},
});

/** @param begun whether there is a link that is nobody's yet */
function openMesh(begun: boolean): Mesh {
  const members = new Set<string>();
  let first: string | undefined;
  const links = new Map<string, Link>();
  const of = (member: string): Link => {
    const link = links.get(member) ?? linkOf(member);
    links.set(member, link);
    return link;
  };
  return {
    first: () => of(first ?? 'first'),
    join(member, offers) {
      if (members.has(member)) return;
      members.add(member);
      if (begun && first === undefined) first = member;
      else note('join')(member, offers);
    },
    of: (member) => (members.has(member) ? of(member) : undefined),
    sideOf: (member) => (members.has(member) ? member : undefined),
    leave(member) {
      if (members.delete(member)) note('leave')(member);
    },
    members: () => [...members],
    links: () => (begun && first === undefined ? [of('first')] : [...members].map(of)),
    isAnyConnected: () => false,
    renewIce() {},
    shows() {},
    limit() {},
    online() {},
    fit() {},
    levels: () => new Map(),
    statistics: () => new Map(),
    publish() {},
    tell() {},
    close() {},
  };
}

/** @param call where the page was opened for one */
function open(call: string | undefined, isGroup = false): void {
  lifecycle = createLifecycle(
    () => undefined,
    () => undefined,
  );
  membership = createMembership({
    call,
    returns: false,
    wanted: () => ({ audio: true, video: true }),
    isOver: () => false,
  });
  const socket = {
    send: () => false,
    keep: (name: string) => void kept.add(name),
    settle: (name: string) => void kept.delete(name),
    wasSent: () => true,
    again() {},
    check() {},
  };
  hear = createMessages({
    key: call === undefined ? KEY : undefined,
    answered: OFFER.sdp,
    isGroup,
    membership,
    lifecycle,
    mesh: openMesh(!isGroup),
    outbox: createOutbox(socket, () => undefined),
    renewal: createIceRenewal(
      () => false,
      () => undefined,
    ),
    events: {
      named: note('named'),
      answered: note('answered'),
      joined: note('joined'),
      roster: (now) => {
        roster = now;
      },
      refused: note('refused'),
      moved: note('moved'),
      over: note('over'),
    },
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  noted = [];
  kept = new Set(['ring', 'join']);
  roster = undefined;
});
afterEach(() => vi.useRealTimers());

/** The state in which somebody has pressed Accept. */
function answer(isGroup = false): void {
  open(CALL, isGroup);
  lifecycle.dispatch({ type: 'incoming' });
  lifecycle.dispatch({ type: 'accept' });
}

const nameOf = { [BEN]: 'Ben', [CLEO]: 'Cleo' };
const peerOf = (member: string) => ({ member, user: member === BEN ? 2 : 3, name: nameOf[member] ?? '' });
const joined = (
  members: string[],
  more: { key?: string; description?: Description } = {},
): ServerMessage => ({
  type: 'joined',
  call: CALL,
  member: OWN,
  topology: 'mesh',
  peers: members.map((member) => ({ ...peerOf(member), away: false })),
  ...(members.length > 0 && { answeredAt: 0, elapsed: 1500 }),
  candidates: [],
  ...more,
});

const peer = (
  event: (ServerMessage & { type: 'peer' })['event'],
  more: { member?: string; closing?: boolean; description?: Description } = {},
): ServerMessage => {
  const { member = BEN, ...rest } = more;
  return { type: 'peer', call: CALL, event, peer: peerOf(member), elapsed: 20, ...rest };
};

test('a ring gets its address and its place, and is sent no more', () => {
  open(undefined);
  lifecycle.dispatch({ type: 'dial' });
  hear(joined([], { key: KEY }));
  expect([membership.call(), membership.own()]).toEqual([CALL, OWN]);
  expect(lifecycle.state()).toEqual({ name: 'calling', rung: true });
  expect([...kept]).toEqual([]);
  expect(noted).toEqual([['named', CALL], ['joined'], ['flush', 'first', false]]);
  // It has its place again, at a server that knows nothing of the offer any more.
  noted = [];
  hear(joined([]));
  expect(noted).toEqual([['joined'], ['flush', 'first', true]]);
});

test('an accepted call gets the caller’s offer answered, and none twice', () => {
  answer();
  hear(joined([BEN], { description: OFFER }));
  expect([...kept]).toEqual([]);
  expect(lifecycle.state().name).toBe('connecting');
  expect(noted).toEqual([['joined'], ['answered', 1500], ['flush', BEN, false]]);
  hear(joined([BEN], { description: { type: 'offer', sdp: 'a newer one' } }));
  expect(noted).toContainEqual(['receive', BEN, 'a newer one']);
});

test('a caller gets the answer with whoever accepts', () => {
  open(undefined);
  lifecycle.dispatch({ type: 'dial' });
  hear(joined([], { key: KEY }));
  noted = [];
  hear(peer('joined', { description: { type: 'answer', sdp: 'yes' } }));
  expect(noted).toEqual([
    ['answered', 20],
    ['receive', BEN, 'yes'],
    ['flush', BEN, false],
  ]);
  expect(lifecycle.state().name).toBe('connecting');
});

test('who comes into a call that was ended meanwhile leaves it', () => {
  answer();
  lifecycle.dispatch({ type: 'hang-up' });
  hear(joined([BEN]));
  expect(noted).toEqual([]);
  expect([...kept]).toEqual(['leave']);
});

test('the other page leaves, and comes back without its connection', () => {
  answer();
  hear(joined([BEN]));
  noted = [];
  hear(peer('away', { closing: true }));
  expect(lifecycle.state()).toEqual({ name: 'reconnecting', left: true });
  hear(peer('fresh'));
  expect(lifecycle.state()).toEqual({ name: 'reconnecting', left: false });
  expect(noted).toEqual([['renew', BEN]]);
});

test('the other socket comes back, and hears once more what has no answer', () => {
  answer();
  hear(joined([BEN]));
  noted = [];
  hear(peer('away'));
  expect(noted).toEqual([]);
  hear(peer('back'));
  expect(noted).toEqual([['flush', BEN, true]]);
});

test('in a group the newcomer offers to all, and who is there waits for the next', () => {
  answer(true);
  hear(joined([BEN]));
  expect(noted).toContainEqual(['join', BEN, true]);
  hear(peer('joined', { member: CLEO }));
  expect(noted).toContainEqual(['join', CLEO, false]);
  expect([...(roster?.peers.keys() ?? [])]).toEqual([BEN, CLEO]);
});

test('a group’s call goes on when the others have left, and when they come again', () => {
  answer(true);
  hear(joined([BEN]));
  hear(peer('left'));
  expect(noted).toContainEqual(['leave', BEN]);
  expect(lifecycle.state()).toEqual({ name: 'alone' });
  hear(peer('joined', { member: CLEO }));
  expect(lifecycle.state()).toEqual({ name: 'connecting' });
});

test('who went while this page had no socket is gone when it has one again', () => {
  answer(true);
  hear(joined([BEN, CLEO]));
  noted = [];
  hear(joined([CLEO]));
  expect(noted).toContainEqual(['leave', BEN]);
  expect(noted).toContainEqual(['flush', CLEO, true]);
  expect([...(roster?.peers.keys() ?? [])]).toEqual([CLEO]);
});

test('one of several closing their page takes nobody else away', () => {
  answer(true);
  hear(joined([BEN, CLEO]));
  hear(peer('away', { closing: true }));
  expect(lifecycle.state().name).toBe('connecting');
  expect(roster?.peers.get(BEN)).toMatchObject({ away: true, closing: true });
});

test('a refusal for the moment is tried again, another ends the call', () => {
  answer();
  hear({ type: 'error', code: 'too-many', about: 'join', call: CALL });
  expect(noted).toEqual([['refused']]);
  expect([...kept]).toContain('join');
  hear({ type: 'error', code: 'full', about: 'join', call: CALL });
  expect(lifecycle.state()).toEqual({ name: 'ended', reason: 'full' });
  expect(noted).toEqual([['refused'], ['over']]);
  expect([...kept]).toEqual([]);
});

test('a caller whose call ends before it was confirmed still learns its address', () => {
  open(undefined);
  lifecycle.dispatch({ type: 'dial' });
  hear({ type: 'ended', key: KEY, call: CALL, reason: 'busy', seconds: 0 });
  expect(lifecycle.state()).toEqual({ name: 'ended', reason: 'busy' });
  expect(noted).toEqual([['named', CALL], ['over']]);
});

test('messages about another call change nothing', () => {
  answer();
  hear({ type: 'ended', call: 'd'.repeat(22), reason: 'hung-up', seconds: 3 });
  expect(lifecycle.state().name).toBe('connecting');
  expect(noted).toEqual([]);
});

test('a call that goes on as another one is said to, whatever the page makes of it', () => {
  answer();
  hear(joined([BEN]));
  noted = [];
  hear({ type: 'moved', call: CALL, to: 'another-call', chat: 3 });
  expect(noted).toEqual([['moved', 'another-call']]);
});
