import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../protocol/server.ts';
import { meaningOf } from './error-meaning.ts';

const error = (code: ErrorCode, about?: string) => ({ type: 'error', code, about }) as const;

test('a newer server ends what has not begun, and nothing else', () => {
  expect(meaningOf(error('version'), false, false)).toEqual({ over: 'out-of-date' });
  expect(meaningOf(error('version'), true, false)).toBeUndefined();
});

test('a refused ring, accept or return ends the call, unless it may be tried again', () => {
  expect(meaningOf(error('too-many', 'ring'), false, false)).toBe('retry');
  expect(meaningOf(error('too-many'), false, false)).toBe('retry');
  expect(meaningOf(error('not-found', 'join'), false, false)).toEqual({ over: 'failed' });
  expect(meaningOf(error('answered-elsewhere', 'join'), false, false)).toEqual({
    over: 'answered-elsewhere',
  });
  expect(meaningOf(error('ended', 'join'), false, false)).toEqual({ over: 'cancelled' });
  expect(meaningOf(error('ended', 'resume'), true, false)).toEqual({ over: 'hung-up' });
});

test('a refused candidate changes nothing, a refused farewell is one', () => {
  expect(meaningOf(error('ended', 'candidates'), true, false)).toBeUndefined();
  expect(meaningOf(error('too-many', 'description'), true, false)).toBeUndefined();
  expect(meaningOf(error('ended', 'leave'), true, false)).toBe('settled');
});

test('whoever rings while in a call on another device is told so', () => {
  expect(meaningOf(error('out-of-turn', 'ring'), false, false)).toEqual({ over: 'in-another-call' });
});

test('a description that is too long for the server is not sent for ever', () => {
  expect(meaningOf(error('too-large'), false, false)).toEqual({ over: 'failed' });
  expect(meaningOf(error('too-large'), true, false)).toBeUndefined();
});

test('a farewell is said again where the server has failed', () => {
  expect(meaningOf(error('internal', 'leave'), true, false)).toBe('retry');
  expect(meaningOf(error('not-found', 'cancel'), false, false)).toBe('settled');
});

test('whoever finds nothing in a group, or is sent away, isn’t in it any more', () => {
  for (const met of [true, false]) {
    expect(meaningOf(error('not-allowed', 'resume'), met, true)).toEqual({ over: 'not-a-member' });
    expect(meaningOf(error('not-found', 'resume'), met, true)).toEqual({ over: 'not-a-member' });
    expect(meaningOf(error('not-found', 'candidates'), met, true)).toBeUndefined();
  }
  expect(meaningOf(error('not-found', 'join'), false, true)).toEqual({ over: 'not-a-member' });
  expect(meaningOf(error('not-found', 'leave'), true, true)).toBe('settled');
  expect(meaningOf(error('not-allowed', 'ring'), false, false)).toEqual({ over: 'not-allowed' });
});
