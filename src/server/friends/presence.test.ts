/** Whose light is on: with pages that open, close and come back. */
import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { createEvents } from '../background/events.ts';
import { createPresence } from './presence.ts';

const [ANA, BEN] = [[1, 'laptop'] as const, [2, 'tablet'] as const];
const GRACE = 5_000;

function open() {
  const [clock, events] = [fakeClock(), createEvents()];
  const heard: string[] = [];
  events.on('presence-changed', ({ user, online }) => heard.push(`${user} ${online ? 'on' : 'off'}`));
  return { clock, heard, presence: createPresence(clock, events) };
}

test('the light goes on with the first page, and off a little after the last one', () => {
  const { clock, heard, presence } = open();
  for (const [user, session] of [ANA, ANA, BEN]) presence.opened(user, session);
  expect(heard).toEqual(['1 on', '2 on']);
  presence.closed(...ANA);
  clock.advance(GRACE);
  expect(presence.isOnline(ANA[0])).toBe(true);
  presence.closed(...ANA);
  clock.advance(GRACE - 1);
  expect([presence.isOnline(ANA[0]), heard]).toEqual([true, ['1 on', '2 on']]);
  clock.advance(1);
  expect([presence.isOnline(ANA[0]), presence.isOnline(BEN[0])]).toEqual([false, true]);
  expect(heard).toEqual(['1 on', '2 on', '1 off']);
});

test('who goes from page to page stays online, and nobody hears of it', () => {
  const { clock, heard, presence } = open();
  presence.opened(...ANA);
  presence.closed(...ANA);
  clock.advance(GRACE - 1);
  presence.opened(...ANA);
  clock.advance(GRACE);
  expect([presence.isOnline(ANA[0]), heard]).toEqual([true, ['1 on']]);
  presence.closed(...ANA);
  clock.advance(GRACE);
  presence.opened(...ANA);
  expect(heard).toEqual(['1 on', '1 off', '1 on']);
});

test('nobody is told after the end', () => {
  const { clock, heard, presence } = open();
  presence.opened(...ANA);
  presence.closed(...ANA);
  presence.stop();
  clock.advance(GRACE);
  expect([presence.isOnline(ANA[0]), heard]).toEqual([false, ['1 on']]);
});

test('a browser has a page until its last one is closed, whatever others the person uses', () => {
  const { presence } = open();
  const [user, session] = ANA;
  presence.opened(user, session);
  presence.opened(user, session);
  presence.opened(user, 'phone');
  presence.closed(user, session);
  expect(presence.hasPage(session)).toBe(true);
  presence.closed(user, session);
  expect([presence.hasPage(session), presence.hasPage('phone')]).toEqual([false, true]);
});
