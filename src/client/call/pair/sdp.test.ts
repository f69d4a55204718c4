import { describe, expect, test } from 'vitest';
import { fingerprint, keepDtlsRole, usernameFragments } from './sdp.ts';

const sdp = (setup: string) =>
  `v=0\r\na=ice-ufrag:ab\r\na=fingerprint:sha-256 AA:BB\r\na=setup:${setup}\r\na=ice-ufrag:cd\r\na=setup:${setup}\r\n`;
const offer = { type: 'offer' as const, sdp: sdp('actpass') };
const answer = (setup: string) => ({ type: 'answer' as const, sdp: sdp(setup) });

test('reads fingerprint and username fragments', () => {
  expect(fingerprint(sdp('actpass'))).toBe('sha-256 AA:BB');
  expect(fingerprint('v=0\r\n')).toBeUndefined();
  expect([...usernameFragments(sdp('actpass'))]).toEqual(['ab', 'cd']);
});

describe('the DTLS role in an answer', () => {
  test('is free in the first round', () => {
    expect(keepDtlsRole(sdp('active'), null, null)).toBe(sdp('active'));
  });

  test('stays what the other side answered before', () => {
    expect(keepDtlsRole(sdp('active'), offer, answer('passive'))).toBe(sdp('passive'));
    expect(keepDtlsRole(sdp('active'), offer, answer('active'))).toBe(sdp('active'));
  });

  test('stays the opposite of what we answered before', () => {
    expect(keepDtlsRole(sdp('active'), answer('active'), offer)).toBe(sdp('passive'));
    expect(keepDtlsRole(sdp('passive'), answer('passive'), offer)).toBe(sdp('active'));
  });
});
