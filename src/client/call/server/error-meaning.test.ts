import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../protocol/server.ts';
import { meaningOf } from './error-meaning.ts';

const error = (code: ErrorCode, about?: string) => ({ type: 'error', code, about }) as const;

test('a newer server ends what has not begun, and nothing else', () => {
  expect(meaningOf(error('version'), false)).toEqual({ over: 'out-of-date' });
  expect(meaningOf(error('version'), true)).toBeUndefined();
});

test('a refused ring, accept or return ends the call, unless it may be tried again', () => {
  expect(meaningOf(error('too-many', 'ring'), false)).toBe('retry');
  expect(meaningOf(error('too-many'), false)).toBe('retry');
  expect(meaningOf(error('not-found', 'join'), false)).toEqual({ over: 'failed' });
  expect(meaningOf(error('answered-elsewhere', 'join'), false)).toEqual({ over: 'answered-elsewhere' });
  expect(meaningOf(error('ended', 'join'), false)).toEqual({ over: 'cancelled' });
  expect(meaningOf(error('ended', 'resume'), true)).toEqual({ over: 'hung-up' });
});

test('a refused candidate changes nothing, a refused farewell is one', () => {
  expect(meaningOf(error('ended', 'candidates'), true)).toBeUndefined();
  expect(meaningOf(error('too-many', 'description'), true)).toBeUndefined();
  expect(meaningOf(error('ended', 'leave'), true)).toBe('settled');
});

test('whoever rings while in a call on another device is told so', () => {
  expect(meaningOf(error('out-of-turn', 'ring'), false)).toEqual({ over: 'in-another-call' });
});

test('a description that is too long for the server is not sent for ever', () => {
  expect(meaningOf(error('too-large'), false)).toEqual({ over: 'failed' });
  expect(meaningOf(error('too-large'), true)).toBeUndefined();
});

test('a farewell is said again where the server has failed', () => {
  expect(meaningOf(error('internal', 'leave'), true)).toBe('retry');
  expect(meaningOf(error('not-found', 'cancel'), false)).toBe('settled');
});
