/** What the server's messages do to a call. The link here only notes what it is given, as it takes a browser to do it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Description } from '../../protocol/common.ts';
import type { FirstServerMessage as ServerMessage } from '../../protocol/first-version.ts';
import { createLifecycle, type Lifecycle } from './lifecycle/lifecycle.ts';
import { createMembership, type Membership } from './membership.ts';
import { createMessages } from './messages.ts';
import type { Link } from './pair/link.ts';
import { createIceRenewal } from './server/ice-renewal.ts';
import { createOutbox } from './server/outbox.ts';

const CALL = 'c'.repeat(22);
const [SMALLER, LARGER] = ['a'.repeat(22), 'b'.repeat(22)];
const KEY = 'ring-0001';
const OFFER: Description = { type: 'offer', sdp: 'that the page was served with' };

let noted: unknown[][];
let kept: Set<string>;
let lifecycle: Lifecycle;
let membership: Membership;
let hear: (message: ServerMessage) => void;

const note =
  (what: string) =>
  (...values: unknown[]): void =>
    void noted.push([what, ...values]);

const link: Link = {
  offer: async () => undefined,
  offerAnew() {},
  answer: async () => undefined,
  local: () => undefined,
  setPolite: (polite) => note('polite')(polite),
  receive: (description) => note('receive')(description.sdp),
  receiveCandidates() {},
  receiveRequest: (fragment) => note('request')(fragment),
  flush: (again = false) => note('flush')(again),
  renew: () => note('renew')(),
  online() {},
  renewIce() {},
  send() {},
  say: () => false,
  isConnected: () => false,
  close() {},
};

function open(call: string | undefined): void {
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
    membership,
    lifecycle,
    link,
    outbox: createOutbox(socket, () => undefined),
    renewal: createIceRenewal(
      () => false,
      () => undefined,
    ),
    events: {
      named: note('named'),
      accepted(elapsed) {
        note('accepted')(elapsed);
        lifecycle.dispatch({ type: 'accepted' });
      },
      resumed: note('resumed'),
      refused: note('refused'),
      over: note('over'),
    },
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  noted = [];
  kept = new Set(['ring', 'accept']);
});
afterEach(() => vi.useRealTimers());

/** The state in which somebody has pressed Accept. */
function answer(): void {
  open(CALL);
  lifecycle.dispatch({ type: 'incoming' });
  lifecycle.dispatch({ type: 'accept' });
}

const accepted = (description?: Description): ServerMessage => ({
  type: 'accepted',
  call: CALL,
  member: SMALLER,
  peer: { member: LARGER, user: 2, name: 'Ben' },
  answeredAt: 0,
  elapsed: 1500,
  candidates: [],
  ...(description && { description }),
});

const peer = (what: { connected: boolean; fresh?: boolean; left?: boolean }): ServerMessage => ({
  type: 'peer',
  call: CALL,
  member: LARGER,
  fresh: false,
  ...what,
});

test('a ring gets its address and its place, and is sent no more', () => {
  open(undefined);
  lifecycle.dispatch({ type: 'dial' });
  hear({ type: 'ringing', key: KEY, call: CALL, member: SMALLER });
  expect([membership.call(), membership.own()]).toEqual([CALL, SMALLER]);
  expect(lifecycle.state()).toEqual({ name: 'calling', rung: true });
  expect([...kept]).toEqual(['accept']);
  expect(noted).toEqual([
    ['named', CALL],
    ['flush', false],
  ]);
});

test('an accepted call knows who gives way, and answers no offer twice', () => {
  answer();
  hear(accepted(OFFER));
  expect([...kept]).toEqual([]);
  expect(membership.other()).toBe(LARGER);
  expect(noted).toEqual([
    ['polite', true],
    ['accepted', 1500],
    ['flush', false],
  ]);
  hear(accepted({ type: 'offer', sdp: 'a newer one' }));
  expect(noted).toContainEqual(['receive', 'a newer one']);
});

test('what is accepted after the end is left alone', () => {
  answer();
  lifecycle.dispatch({ type: 'hang-up' });
  hear(accepted());
  expect([noted, membership.other()]).toEqual([[], undefined]);
});

test('the other page leaves, and comes back without its connection', () => {
  answer();
  hear(accepted());
  noted = [];
  hear(peer({ connected: false, left: true }));
  expect(lifecycle.state()).toEqual({ name: 'reconnecting', left: true });
  hear(peer({ connected: true, fresh: true }));
  expect(lifecycle.state()).toEqual({ name: 'reconnecting', left: false });
  expect(noted).toContainEqual(['renew']);
  expect(noted).not.toContainEqual(['flush', true]);
});

test('the other socket comes back, and hears once more what has no answer', () => {
  answer();
  hear(accepted());
  noted = [];
  hear(peer({ connected: false }));
  expect(noted).toEqual([['polite', true]]);
  hear(peer({ connected: true }));
  expect(noted).toContainEqual(['flush', true]);
});

test('a refusal for the moment is tried again, another ends the call', () => {
  answer();
  hear({ type: 'error', code: 'too-many', about: 'accept', call: CALL });
  expect(noted).toEqual([['refused']]);
  expect([...kept]).toContain('accept');
  hear({ type: 'error', code: 'answered-elsewhere', about: 'accept', call: CALL });
  expect(lifecycle.state()).toEqual({ name: 'ended', reason: 'answered-elsewhere' });
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
