import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CallEvent, type CallState, next } from './transitions.ts';

const EVENTS: CallEvent[] = ['accept', 'decline', 'cancel', 'busy', 'expire', 'hang-up', 'fail'];
const RANK = { ringing: 0, active: 1, ended: 2 };

test('each way to end has its reason', () => {
  const ringing: CallState = { name: 'ringing' };
  const active: CallState = { name: 'active' };
  expect(next(ringing, 'decline')).toEqual({ name: 'ended', reason: 'declined' });
  expect(next(ringing, 'cancel')).toEqual({ name: 'ended', reason: 'cancelled' });
  expect(next(ringing, 'busy')).toEqual({ name: 'ended', reason: 'busy' });
  expect(next(ringing, 'expire')).toEqual({ name: 'ended', reason: 'missed' });
  expect(next(active, 'hang-up')).toEqual({ name: 'ended', reason: 'hung-up' });
  expect(next(active, 'fail')).toEqual({ name: 'ended', reason: 'failed' });
});

test('whatever happens, a call only goes forward, can always end, and stays ended', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS)), (events) => {
      let state: CallState = { name: 'ringing' };
      let accepts = 0;
      for (const event of events) {
        const after = next(state, event);
        if (state.name === 'ended') expect(after).toBeUndefined();
        else expect(EVENTS.some((way) => next(state, way)?.name === 'ended')).toBe(true);
        if (!after) continue;
        expect(RANK[after.name]).toBeGreaterThan(RANK[state.name]);
        if (after.name === 'active') accepts += 1;
        state = after;
      }
      expect(accepts).toBeLessThanOrEqual(1);
    }),
  );
});
