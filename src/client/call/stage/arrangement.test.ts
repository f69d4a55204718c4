import { expect, test } from 'vitest';
import { type Picture, type Pictures, placesOf } from './arrangement.ts';

const places = (given: Partial<Pictures>) =>
  Object.fromEntries(placesOf({ people: [], screens: [], chosen: undefined, ...given }));

test('of two, one picture is large, and the others are counted from the corner, oneself first', () => {
  const people: Picture[] = ['ben'];
  expect(places({ people })).toEqual({ ben: 'large', self: 'small' });
  expect(places({ people, chosen: 'self' })).toEqual({ self: 'large', ben: 'small' });
  expect(places({ people, screens: ['screen'] })).toEqual({ screen: 'large', self: 'small', ben: 'second' });
  expect(places({ people, screens: ['screen'], chosen: 'self' })).toEqual({
    ...{ self: 'large', ben: 'small', screen: 'second' },
  });
});

test('who is alone sees themselves', () => {
  expect(places({})).toEqual({ self: 'large' });
});

test('more share the room, until one is made large', () => {
  const people: Picture[] = ['ben', 'cleo'];
  expect(places({ people })).toEqual({ ben: 'cell', cleo: 'cell', self: 'cell' });
  expect(places({ people, chosen: 'cleo' })).toEqual({ ben: 'strip', cleo: 'large', self: 'strip' });
  // Somebody who has left is no longer large.
  expect(places({ people, chosen: 'dora' })).toEqual({ ben: 'cell', cleo: 'cell', self: 'cell' });
});

test('who speaks is large where that is wished, unless something else is chosen or shared', () => {
  const people: Picture[] = ['ben', 'cleo'];
  expect(places({ people, speaker: 'ben' })).toEqual({ ben: 'large', cleo: 'strip', self: 'strip' });
  expect(places({ people, speaker: 'ben', chosen: 'cleo' })).toMatchObject({ ben: 'strip', cleo: 'large' });
  expect(places({ people, speaker: 'ben', chosen: null })).toMatchObject({ ben: 'large' });
  expect(places({ people, speaker: 'ben', screens: ['screen'] })).toMatchObject({
    screen: 'large',
    ben: 'strip',
  });
  expect(places({ people: ['ben'], speaker: 'ben' })).toEqual({ ben: 'large', self: 'small' });
});

test('of screens the last is large, with everybody beside it', () => {
  const people: Picture[] = ['ben', 'cleo'];
  const screens: Picture[] = ['screen of ben', 'screen of cleo'];
  expect(places({ people, screens })).toEqual({
    ...{ ben: 'strip', cleo: 'strip', self: 'strip' },
    ...{ 'screen of ben': 'strip', 'screen of cleo': 'large' },
  });
  expect(places({ people, screens, chosen: null })).toMatchObject({ 'screen of cleo': 'cell', ben: 'cell' });
  expect(places({ people, screens, chosen: 'screen of ben' })).toMatchObject({
    ...{ 'screen of ben': 'large', 'screen of cleo': 'strip' },
  });
});
