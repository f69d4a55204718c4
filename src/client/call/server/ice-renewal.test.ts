import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createIceRenewal } from './ice-renewal.ts';

const MINUTE = 60_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test.each([
  ['right', 0],
  ['an hour fast', 61 * MINUTE],
  ['a day slow', -24 * 60 * MINUTE],
])('credentials are renewed a minute before they run out on a device whose clock is %s', (_, wrong) => {
  const server = Date.now();
  vi.setSystemTime(server + wrong);
  let renewals = 0;
  const renewal = createIceRenewal(
    () => true,
    () => {
      renewals += 1;
    },
  );
  renewal.schedule({ iceServers: [], lifetime: 3600 });
  vi.advanceTimersByTime(59 * MINUTE - 1);
  expect(renewals).toBe(0);
  // Somebody corrects the clock meanwhile.
  vi.setSystemTime(server);
  vi.advanceTimersByTime(1);
  expect(renewals).toBe(1);
  renewal.received({ iceServers: [], lifetime: 3600 });
  vi.advanceTimersByTime(59 * MINUTE - 1);
  expect(renewals).toBe(1);
  renewal.stop();
});

test('what does not run out is not renewed', () => {
  const expiring = vi.fn();
  createIceRenewal(() => true, expiring).schedule({ iceServers: [] });
  vi.advanceTimersByTime(24 * 60 * MINUTE);
  expect(expiring).not.toHaveBeenCalled();
});
