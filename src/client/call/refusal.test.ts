import { expect, test } from 'vitest';
import { meaningOf } from './refusal.ts';

const error = (code: 'version' | 'ended' | 'too-many' | 'not-found' | 'answered-elsewhere', about?: string) =>
  ({ type: 'error', code, about }) as const;

test('a newer server ends what has not begun, and nothing else', () => {
  expect(meaningOf(error('version'), false)).toEqual({ over: 'out-of-date' });
  expect(meaningOf(error('version'), true)).toBeUndefined();
});

test('a refused ring, accept or return ends the call, unless it may be tried again', () => {
  expect(meaningOf(error('too-many', 'ring'), false)).toBe('retry');
  expect(meaningOf(error('too-many'), false)).toBe('retry');
  expect(meaningOf(error('not-found', 'accept'), false)).toEqual({ over: 'failed' });
  expect(meaningOf(error('answered-elsewhere', 'accept'), false)).toEqual({ over: 'answered-elsewhere' });
  expect(meaningOf(error('ended', 'accept'), false)).toEqual({ over: 'cancelled' });
  expect(meaningOf(error('ended', 'resume'), true)).toEqual({ over: 'hung-up' });
});

test('a refused candidate changes nothing, a refused farewell is one', () => {
  expect(meaningOf(error('ended', 'candidates'), true)).toBeUndefined();
  expect(meaningOf(error('too-many', 'description'), true)).toBeUndefined();
  expect(meaningOf(error('ended', 'hang-up'), true)).toBe('settled');
});
