import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Candidate, Description } from '../../../protocol/common.ts';
import { createTrickle, type SignalingPath } from './trickle.ts';

const OFFER: Description = { type: 'offer', sdp: 'v=0' };
const candidates = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, n) => ({ candidate: `candidate:${n}`, sdpMid: '0', sdpMLineIndex: 0 }));

/** A way that can be closed, with what went over it. */
function openWay() {
  const sent: (Description | Candidate[])[] = [];
  const way = { isOpen: true, sent };
  const take = (what: Description | Candidate[]) => way.isOpen && sent.push(what) > 0;
  return Object.assign(way, { description: take, candidates: take } satisfies SignalingPath);
}

let server: ReturnType<typeof openWay>;
let channel: ReturnType<typeof openWay>;

beforeEach(() => {
  vi.useFakeTimers();
  [server, channel] = [openWay(), openWay()];
});
afterEach(() => vi.useRealTimers());

const trickleOf = (local: () => Description | undefined = () => OFFER) =>
  createTrickle([server, channel], local);

test('a burst of candidates is one message, and a long one several', () => {
  const trickle = trickleOf();
  const all = candidates(70);
  for (const candidate of all) trickle.candidate(candidate);
  expect(server.sent).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(server.sent).toEqual([all.slice(0, 64), all.slice(64)]);
  vi.advanceTimersByTime(1000);
  expect(server.sent).toHaveLength(2);
});

test('what the server does not take goes over the channel, and once', () => {
  server.isOpen = false;
  const trickle = trickleOf();
  trickle.described();
  server.isOpen = true;
  trickle.flush();
  expect([server.sent, channel.sent]).toEqual([[], [OFFER]]);
});

test('a description without a way waits, and no candidate overtakes it', () => {
  server.isOpen = false;
  channel.isOpen = false;
  const trickle = trickleOf();
  trickle.described();
  for (const candidate of candidates(1)) trickle.candidate(candidate);
  server.candidates = (burst) => server.sent.push(burst) > 0;
  vi.advanceTimersByTime(1000);
  expect(server.sent).toEqual([]);
  channel.isOpen = true;
  trickle.flush();
  expect([server.sent, channel.sent]).toEqual([[], [OFFER]]);
});

test('candidates without a way wait', () => {
  server.isOpen = false;
  channel.isOpen = false;
  const trickle = trickleOf();
  const all = candidates(2);
  for (const candidate of all) trickle.candidate(candidate);
  vi.advanceTimersByTime(1000);
  channel.isOpen = true;
  trickle.flush();
  expect(channel.sent).toEqual([all]);
});

test('a description that is taken brings its candidates along', () => {
  const trickle = trickleOf();
  for (const candidate of candidates(3)) trickle.candidate(candidate);
  expect(trickle.take()).toBe(OFFER);
  vi.advanceTimersByTime(1000);
  expect(server.sent).toEqual([]);
});

test('a description that is not there yet stays owed', () => {
  let local: Description | undefined;
  const trickle = trickleOf(() => local);
  trickle.described();
  expect(server.sent).toEqual([]);
  local = OFFER;
  trickle.flush();
  expect(server.sent).toEqual([OFFER]);
});

test('what belongs to a connection that is gone is not sent', () => {
  server.isOpen = false;
  channel.isOpen = false;
  const trickle = trickleOf();
  trickle.described();
  for (const candidate of candidates(2)) trickle.candidate(candidate);
  trickle.drop();
  server.isOpen = true;
  vi.advanceTimersByTime(1000);
  trickle.flush();
  expect(server.sent).toEqual([]);
});
