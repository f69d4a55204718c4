import { expect, test } from 'vitest';
import { placesOf } from './arrangement.ts';

test('one picture is large, and the others are counted from the corner, oneself first', () => {
  expect(placesOf('other', false)).toEqual({ other: 'large', self: 'small' });
  expect(placesOf('self', false)).toEqual({ self: 'large', other: 'small' });
  expect(placesOf('screen', true)).toEqual({ screen: 'large', self: 'small', other: 'second' });
  expect(placesOf('self', true)).toEqual({ self: 'large', other: 'small', screen: 'second' });
});
