import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import type { Command } from './transitions.ts';

let lifecycle: Lifecycle;
let commands: Command[];
let states: string[];

beforeEach(() => {
  vi.useFakeTimers();
  commands = [];
  states = [];
  lifecycle = createLifecycle(
    (command) => commands.push(command),
    (state) => states.push(state.name),
  );
});
afterEach(() => vi.useRealTimers());

test('a call that the server never heard of is given up after 75 s', () => {
  lifecycle.dispatch({ type: 'dial' });
  vi.advanceTimersByTime(74_999);
  expect(states).toEqual(['calling']);
  vi.advanceTimersByTime(1);
  expect(lifecycle.state()).toEqual({ name: 'ended', reason: 'failed' });
  expect(states).toEqual(['calling', 'ended']);
  expect(commands).toEqual(['start-media', 'ring', 'send-hang-up', 'close']);
});

test('what happens within a state gives it no more time', () => {
  lifecycle.dispatch({ type: 'dial' });
  vi.advanceTimersByTime(50_000);
  lifecycle.dispatch({ type: 'rung' });
  vi.advanceTimersByTime(24_999);
  expect(lifecycle.state().name).toBe('calling');
  vi.advanceTimersByTime(1);
  expect(lifecycle.state()).toEqual({ name: 'ended', reason: 'missed' });
});

test('who leaves on purpose is waited for from then on, and for less long', () => {
  lifecycle.dispatch({ type: 'return', answered: true });
  lifecycle.dispatch({ type: 'connected' });
  vi.advanceTimersByTime(600_000);
  lifecycle.dispatch({ type: 'lost' });
  vi.advanceTimersByTime(100_000);
  lifecycle.dispatch({ type: 'peer-left' });
  vi.advanceTimersByTime(74_999);
  expect(lifecycle.state()).toEqual({ name: 'reconnecting', left: true });
  vi.advanceTimersByTime(1);
  expect(lifecycle.state()).toEqual({ name: 'ended', reason: 'hung-up' });
});

test('what means nothing in a state is not told', () => {
  lifecycle.dispatch({ type: 'connected' });
  expect([states, commands]).toEqual([[], []]);
});
