/** What is due in two calls, under names that both of them use. */
import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { createTimers } from './timers.ts';

function open() {
  const clock = fakeClock();
  const ran: string[] = [];
  const timers = createTimers(clock, {
    insist(_what, run, ids) {
      ran.push(`${ids?.timer} of ${ids?.call}`);
      run();
    },
  });
  const set = (call: string, name: string, ms: number, run = () => {}) =>
    timers.set(call, name, clock.now() + ms, run);
  return { clock, ran, timers, set };
}

test('each runs once, at its moment, and may be set again from there', () => {
  const { clock, ran, set } = open();
  set('one', 'deadline', 1000, () => set('one', 'deadline', 500));
  set('other', 'deadline', 2000);
  clock.advance(999);
  expect(ran).toEqual([]);
  clock.advance(1);
  expect(ran).toEqual(['deadline of one']);
  clock.advance(5000);
  expect(ran).toEqual(['deadline of one', 'deadline of one', 'deadline of other']);
});

test('a name stands for one timer of a call: the later one takes the place of the earlier', () => {
  const { clock, ran, set } = open();
  set('one', 'seen', 1000);
  set('one', 'deadline', 1000);
  set('other', 'seen', 1000);
  set('one', 'seen', 3000);
  clock.advance(2000);
  expect(ran).toEqual(['deadline of one', 'seen of other']);
  clock.advance(1000);
  expect(ran.at(-1)).toBe('seen of one');
  expect(ran).toHaveLength(3);
});

test('one is taken back, or all of a call, or all of all', () => {
  const { clock, ran, timers, set } = open();
  for (const call of ['one', 'other', 'third'])
    for (const name of ['seen', 'deadline']) set(call, name, 1000);
  timers.cancel('one', 'seen');
  timers.cancel('one', 'nothing');
  timers.cancel('nothing', 'seen');
  timers.drop('other');
  timers.drop('nothing');
  clock.advance(1000);
  expect(ran).toEqual(['deadline of one', 'seen of third', 'deadline of third']);
  set('one', 'seen', 1000);
  set('other', 'seen', 1000);
  timers.dropAll();
  clock.advance(5000);
  expect(ran).toHaveLength(3);
});
