import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createReconnection } from './reconnection.ts';

const actions = { lost: vi.fn(), restart: vi.fn(), replace: vi.fn() };
const counts = () => ({
  lost: actions.lost.mock.calls.length,
  restart: actions.restart.mock.calls.length,
  replace: actions.replace.mock.calls.length,
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
});
afterEach(() => vi.useRealTimers());

test('restarts after two seconds without connection, and not for a hiccup', () => {
  const recovery = createReconnection(actions);
  recovery.state('connected');
  recovery.state('disconnected');
  vi.advanceTimersByTime(1900);
  recovery.state('connected');
  vi.advanceTimersByTime(60_000);
  expect(counts()).toEqual({ lost: 0, restart: 0, replace: 0 });
  recovery.state('disconnected');
  vi.advanceTimersByTime(2000);
  expect(counts()).toEqual({ lost: 1, restart: 1, replace: 0 });
});

test('restarts a failed connection at once, then takes a new one, and so on until it is connected', () => {
  const recovery = createReconnection(actions);
  recovery.state('connected');
  recovery.state('failed');
  expect(counts()).toMatchObject({ restart: 1, replace: 0 });
  vi.advanceTimersByTime(8000);
  expect(counts()).toMatchObject({ restart: 1, replace: 1 });
  vi.advanceTimersByTime(8000);
  expect(counts()).toMatchObject({ restart: 2, replace: 1 });
  recovery.state('connected');
  vi.advanceTimersByTime(60_000);
  expect(counts()).toMatchObject({ restart: 2, replace: 1 });
});

test('does not spin when each try fails at once', () => {
  const recovery = createReconnection(actions);
  recovery.state('connected');
  for (let ms = 0; ms < 60_000; ms += 100) {
    recovery.state('failed');
    vi.advanceTimersByTime(100);
  }
  const { restart, replace } = counts();
  expect(restart + replace).toBeGreaterThan(5);
  expect(restart + replace).toBeLessThan(10);
});

test('tries again when the first connection does not come', () => {
  const recovery = createReconnection(actions);
  recovery.begin();
  vi.advanceTimersByTime(9900);
  expect(counts().restart).toBe(0);
  vi.advanceTimersByTime(100);
  expect(counts().restart).toBe(1);
});

test('takes a new connection for one that refuses what it is given', () => {
  const recovery = createReconnection(actions);
  recovery.state('connected');
  recovery.broken();
  vi.advanceTimersByTime(1000);
  expect(counts()).toMatchObject({ restart: 0, replace: 1 });
});

test('tries at once when the other side can be reached again, unless nothing is the matter', () => {
  const recovery = createReconnection(actions);
  recovery.nudge();
  recovery.state('connected');
  recovery.nudge();
  expect(counts()).toEqual({ lost: 0, restart: 0, replace: 0 });
  recovery.state('disconnected');
  recovery.nudge();
  expect(counts()).toEqual({ lost: 1, restart: 1, replace: 0 });
  recovery.state('failed');
  recovery.nudge();
  expect(counts()).toEqual({ lost: 2, restart: 1, replace: 1 });
  // The pause begins anew with each.
  vi.advanceTimersByTime(7999);
  expect(counts().restart).toBe(1);
  vi.advanceTimersByTime(1);
  expect(counts().restart).toBe(2);
});

test('looks at a connection that took the place of another as at a new one', () => {
  const recovery = createReconnection(actions);
  recovery.state('connected');
  recovery.state('failed');
  recovery.replaced();
  recovery.nudge();
  expect(counts().lost).toBe(1);
  recovery.state('connected');
  recovery.replaced();
  // The one before was connected; this one has yet to come.
  recovery.begin();
  vi.advanceTimersByTime(10_000);
  expect(counts().lost).toBe(2);
});

test('gives one that the other side begins anew all its time, whatever was tried before', () => {
  const recovery = createReconnection(actions);
  recovery.state('connected');
  recovery.state('failed');
  vi.advanceTimersByTime(7900);
  recovery.reset();
  recovery.replaced();
  recovery.begin();
  recovery.state('connecting');
  vi.advanceTimersByTime(9900);
  expect(counts()).toEqual({ lost: 1, restart: 1, replace: 0 });
  vi.advanceTimersByTime(100);
  expect(counts()).toEqual({ lost: 2, restart: 2, replace: 0 });
});

test('waits for a connection that takes its time, and lets one be that is closed', () => {
  const recovery = createReconnection(actions);
  recovery.state('connecting');
  vi.advanceTimersByTime(7999);
  expect(counts().lost).toBe(0);
  vi.advanceTimersByTime(1);
  expect(counts().lost).toBe(1);
  recovery.state('closed');
  vi.advanceTimersByTime(60_000);
  expect(counts().lost).toBe(1);
  // Not connected before, so it isn't lost either: it is still being made.
  recovery.state('disconnected');
  vi.advanceTimersByTime(7999);
  expect(counts().lost).toBe(1);
});

test('does nothing once it is stopped', () => {
  const recovery = createReconnection(actions);
  recovery.state('connected');
  recovery.state('disconnected');
  recovery.stop();
  vi.advanceTimersByTime(60_000);
  expect(counts()).toEqual({ lost: 0, restart: 0, replace: 0 });
});
