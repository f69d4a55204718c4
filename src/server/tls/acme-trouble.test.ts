import { expect, test } from 'vitest';
import { isAccountGone, troubleOfConnection, troubleOfProblem } from './acme-trouble.ts';

test('problems of authorities are told by what can be done', () => {
  const of = (type: string) => troubleOfProblem(`urn:ietf:params:acme:error:${type}`);
  expect(['dns', 'connection', 'unauthorized', 'rateLimited', 'caa', 'malformed'].map(of)).toEqual([
    ...['dns', 'unreachable', 'elsewhere', 'rate-limited', 'forbidden', 'unknown'],
  ]);
  expect(troubleOfProblem('about:blank')).toBe('unknown');
});

test('an authority whose certificate isn’t valid now points to this machine’s clock', () => {
  expect(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED', 'ECONNREFUSED'].map(troubleOfConnection)).toEqual([
    ...['clock', 'clock', 'away'],
  ]);
});

test('an account is gone where the authority says so, not where something else is wrong', () => {
  expect(isAccountGone('urn:ietf:params:acme:error:accountDoesNotExist')).toBe(true);
  expect(isAccountGone('urn:ietf:params:acme:error:rateLimited')).toBe(false);
  expect(isAccountGone(undefined)).toBe(false);
});
