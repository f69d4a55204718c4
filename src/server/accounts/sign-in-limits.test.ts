import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { createSignInLimits } from './sign-in-limits.ts';

const ANA = 1;

function setUp() {
  const clock = fakeClock();
  const begin = createSignInLimits(clock);
  /** Whether the attempt may be made; it counts as failed. */
  const fails = (name: string, address: string, isKnownDevice = false) =>
    begin({ address, name, user: name === 'ana' ? ANA : undefined, isKnownDevice }) !== undefined;
  const many = (count: number, attempt: (at: number) => boolean) =>
    Array.from({ length: count }, (_, at) => attempt(at)).filter(Boolean).length;
  return { clock, begin, fails, many };
}

test('ten for a name, whether somebody has it or not', () => {
  const { fails, many } = setUp();
  for (const name of ['ana', 'nobody']) expect(many(12, (at) => fails(name, `198.51.100.${at}`))).toBe(10);
});

test('fifty from an address, which is a whole network of IPv6', () => {
  const { fails, many } = setUp();
  expect(many(60, (at) => fails(`name${at}`, '192.0.2.1'))).toBe(50);
  expect(many(60, (at) => fails(`six${at}`, `2001:db8:1:2::${at.toString(16)}`))).toBe(50);
  expect(fails('seven', '::ffff:192.0.2.1')).toBe(false);
  expect(fails('seven', '2001:db8:1:3::1')).toBe(true);
});

test('what is refused for its address counts against no name', () => {
  const { fails, many } = setUp();
  many(50, (at) => fails(`name${at}`, '192.0.2.1'));
  expect(many(20, () => fails('ana', '192.0.2.1'))).toBe(0);
  expect(many(20, (at) => fails('ana', `198.51.100.${at}`))).toBe(10);
});

test('what is refused for its name counts against no address', () => {
  const { fails, many } = setUp();
  many(10, (at) => fails('ana', `198.51.100.${at}`));
  expect(many(50, () => fails('ana', '192.0.2.1'))).toBe(0);
  expect(fails('ben', '192.0.2.1')).toBe(true);
});

test('no number of names and addresses makes a person’s count forgotten', () => {
  const { fails, many } = setUp();
  many(10, (at) => fails('ana', `198.51.100.${at}`));
  expect(many(30_000, (at) => fails(`name${at}`, `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`))).toBe(
    30_000,
  );
  expect(fails('ana', '192.0.2.1')).toBe(false);
});

test('who signs in uses up nothing, also of what others failed', () => {
  const { begin, fails, many } = setUp();
  const signsIn = () => {
    const attempt = begin({ address: '192.0.2.1', name: 'ana', user: ANA, isKnownDevice: false });
    attempt?.giveBack();
    return attempt !== undefined;
  };
  expect(many(9, () => fails('ana', '192.0.2.1'))).toBe(9);
  expect(many(200, signsIn)).toBe(200);
  expect(many(5, () => fails('ana', '192.0.2.1'))).toBe(1);
  expect(signsIn()).toBe(false);
});

test('a device of theirs has guesses of its own, and not more of them', () => {
  const { clock, fails, many } = setUp();
  many(10, (at) => fails('ana', `198.51.100.${at}`));
  many(50, (at) => fails(`name${at}`, '192.0.2.1'));
  expect(many(20, () => fails('ana', '192.0.2.1', true))).toBe(10);
  clock.advance(10 * 60_000);
  expect(many(40, () => fails('ana', '192.0.2.1', true))).toBe(20);
});
