import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBoundedCache } from './bounded-cache.ts';

test('what was used longest ago goes first', () => {
  const cache = createBoundedCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
});

test('what is heavier than the whole cache is made, and not kept', () => {
  const cache = createBoundedCache<string, string>(10, (text) => text.length);
  cache.set('small', 'abc');
  expect(cache.remember('large', () => 'x'.repeat(11))).toHaveLength(11);
  expect([cache.get('large'), cache.get('small')]).toEqual([undefined, 'abc']);
});

test('it never weighs more than its bound, and answers only with what was put last', () => {
  const step = fc.record({ key: fc.nat(5), value: fc.string({ maxLength: 30 }), read: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cache = createBoundedCache<number, string>(40, (text) => text.length);
      const last = new Map<number, string>();
      for (const { key, value, read } of steps) {
        if (read) expect([undefined, last.get(key)]).toContain(cache.get(key));
        else {
          cache.set(key, value);
          last.set(key, value);
          expect(cache.get(key)).toBe(value);
        }
        expect(cache.weight()).toBeLessThanOrEqual(40);
      }
    }),
  );
});
