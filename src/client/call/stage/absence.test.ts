import { expect, test } from 'vitest';
import { watchAbsence } from './absence.ts';

function open() {
  const told: (string | undefined)[] = [];
  return { told, watch: watchAbsence((absence) => told.push(absence)) };
}

test('a connection that breaks is said once, and that it is back', () => {
  const { told, watch } = open();
  for (const isConnected of [true, false, false, true, true]) watch(undefined, isConnected);
  expect(told).toEqual(['lost', undefined]);
});

test('whoever isn’t connected yet is not missed', () => {
  const { told, watch } = open();
  watch(undefined, false);
  watch(false);
  expect(told).toEqual([]);
});

test('whoever has left the page has left it, whatever becomes of the connection', () => {
  const { told, watch } = open();
  watch(undefined, true);
  watch(true);
  watch(undefined, false);
  watch(true);
  expect(told).toEqual(['left']);
  // Their page was loaded again, and its connection is still to come.
  watch(false);
  watch(undefined, true);
  expect(told).toEqual(['left', 'lost', undefined]);
});
