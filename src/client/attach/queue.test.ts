/** The order of files on their way, whatever becomes of each. */
import { beforeEach, expect, test } from 'vitest';
import { createQueue, type Queue } from './queue.ts';

type Form = { name: string; requestSubmit(): void };

let queue: Queue<Form>;
let submitted: string[];
let waiting: Set<string>;

const form = (name: string): Form => ({ name, requestSubmit: () => submitted.push(name) });
const [a, b, c] = [form('a'), form('b'), form('c')];

beforeEach(() => {
  submitted = [];
  waiting = new Set();
  queue = createQueue(({ name }, waits) => void (waits ? waiting.add(name) : waiting.delete(name)));
  for (const each of [a, b, c]) queue.add(each);
});

test('one goes after the other', () => {
  expect([submitted, [...waiting]]).toEqual([['a'], ['b', 'c']]);
  expect(queue.admit(a)).toBe(true);
  queue.answered(a);
  queue.answered(b);
  expect([submitted, [...waiting]]).toEqual([['a', 'b', 'c'], []]);
});

test('one that is dropped, on its way or before, leaves the others', () => {
  queue.drop(b);
  queue.drop(a);
  expect(submitted).toEqual(['a', 'c']);
});

test('while the server is away the others wait, and go on behind the first', () => {
  queue.broke(a);
  queue.add(form('d'));
  queue.drop(c);
  expect([submitted, [...waiting]]).toEqual([['a'], ['b', 'c', 'd']]);
  expect(queue.admit(a)).toBe(true);
  expect(submitted).toEqual(['a']);
  queue.answered(a);
  expect(submitted).toEqual(['a', 'b']);
});

test('with a connection again the first goes by itself, and the others behind it', () => {
  queue.retry();
  queue.broke(a);
  queue.retry();
  queue.retry();
  expect([submitted, [...waiting]]).toEqual([
    ['a', 'a'],
    ['b', 'c'],
  ]);
  expect(queue.admit(a)).toBe(true);
  queue.answered(a);
  expect(submitted).toEqual(['a', 'a', 'b']);
});

test('dropping the one that broke lets the others go on', () => {
  queue.broke(a);
  queue.drop(a);
  expect(submitted).toEqual(['a', 'b']);
});

test('one that was refused can be tried again, as soon as none is on its way', () => {
  queue.answered(a);
  expect(queue.admit(a)).toBe(false);
  expect([submitted, [...waiting]]).toEqual([
    ['a', 'b'],
    ['c', 'a'],
  ]);
  queue.answered(b);
  queue.answered(a);
  expect(submitted).toEqual(['a', 'b', 'a', 'c']);
});
