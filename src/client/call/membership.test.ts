/** What a page knows of its place in a call when it is loaded again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMembership } from './membership.ts';

const [CALL, OWN] = ['c'.repeat(22), 'a'.repeat(22)];

let wanted: { audio: boolean; video: boolean };
let isOver: boolean;

beforeEach(() => {
  wanted = { audio: true, video: true };
  isOver = false;
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

const open = (call: string | undefined, returns = false) =>
  createMembership({ call, returns, wanted: () => wanted, isOver: () => isOver });

test('a caller has a place when the server has named the call, and finds it again with what was switched on', () => {
  const calling = open(undefined);
  calling.take(OWN);
  expect(calling.isTaken()).toBe(false);
  expect(calling.name(CALL)).toBe(true);
  expect(calling.name(CALL)).toBe(false);
  wanted = { audio: false, video: true };
  calling.take(OWN);
  expect([calling.call(), calling.own()]).toEqual([CALL, OWN]);

  wanted = { audio: true, video: true };
  const returning = open(CALL, true);
  expect([returning.isTaken(), returning.own()]).toEqual([true, OWN]);
  expect(returning.wanted()).toEqual({ audio: false, video: true });
});

test('who has accepted and not heard their place has one after a reload, and none before', () => {
  const accepting = open(CALL);
  accepting.claim();
  expect(accepting.isTaken()).toBe(false);
  const returning = open(CALL, true);
  expect([returning.isTaken(), returning.own()]).toEqual([true, undefined]);
});

test('a place is of this call alone, and of a page that comes back', () => {
  const first = open(CALL);
  first.take(OWN);
  expect(open('d'.repeat(22), true).isTaken()).toBe(false);
  expect(open(CALL).isTaken()).toBe(false);
});

test('a call that is over leaves no place', () => {
  const first = open(CALL);
  first.take(OWN);
  first.forget();
  isOver = true;
  first.take(OWN);
  expect(open(CALL, true).isTaken()).toBe(false);
});
