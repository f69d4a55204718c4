import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { addressKey, createLimit } from './attempt-limit.ts';

const RULE = { most: 3, window: 1000, keys: 2 };

test('attempts count from their beginning, and what is given back counts no more', () => {
  const limit = createLimit(fakeClock(), RULE);
  const begun = [limit('a'), limit('a'), limit('a')];
  expect(limit('a')).toBeUndefined();
  expect(limit('b')).toBeDefined();
  begun[1]?.giveBack();
  begun[1]?.giveBack();
  expect(limit('a')).toBeDefined();
  expect(limit('a')).toBeUndefined();
});

test('what has failed is forgotten after its time, however the clock is turned', () => {
  const clock = fakeClock();
  const limit = createLimit(clock, RULE);
  for (let at = 0; at < 3; at += 1) limit('a');
  clock.turn(-24 * 3_600_000);
  expect(limit('a')).toBeUndefined();
  clock.turn(48 * 3_600_000);
  expect(limit('a')).toBeUndefined();
  clock.advance(1000);
  expect(limit('a')).toBeDefined();
});

test('no more keys are kept than it says', () => {
  const limit = createLimit(fakeClock(), RULE);
  for (let at = 0; at < 3; at += 1) limit('a');
  limit('b');
  expect(limit('a')).toBeUndefined();
  limit('c');
  expect(limit('b')).toBeDefined();
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['nonsense', 'nonsense'],
])('%s is counted as %s', (address, key) => expect(addressKey(address)).toBe(key));
