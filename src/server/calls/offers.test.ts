import { expect, test } from 'vitest';
import { createOffers } from './offers.ts';

test('no more candidates are kept than an honest page gathers, and none after the ringing', () => {
  const offers = createOffers();
  offers.put('call', { type: 'offer', sdp: 'v=0' });
  const batch = Array.from({ length: 64 }, (_, at) => ({ candidate: `candidate:${at}` }));
  for (let at = 0; at < 20; at += 1) offers.add('call', batch);
  expect(offers.of('call').candidates).toHaveLength(256);
  offers.drop('call');
  expect(offers.of('call')).toEqual({ description: undefined, candidates: [] });
});
