import { describe, expect, test } from 'vitest';
import { isPolite, judge, judgeRequest, makesOffers, type Side } from './negotiation.ts';

const sdp = (certificate: string, fragment = 'ab') =>
  `v=0\r\na=ice-ufrag:${fragment}\r\na=ice-pwd:x\r\na=fingerprint:sha-256 ${certificate}\r\na=ice-ufrag:cd\r\n`;
const offer = (certificate: string) => ({ type: 'offer' as const, sdp: sdp(certificate) });
const answer = (certificate: string, answers?: string) => ({
  type: 'answer' as const,
  sdp: sdp(certificate),
  ...(answers !== undefined && { answers }),
});

const fresh: Side = {
  signaling: 'stable',
  local: undefined,
  remote: undefined,
  offers: false,
  polite: true,
  former: new Set(),
};
/** Both have taken what the other said. */
const established: Side = { ...fresh, local: sdp('Z', 'own'), remote: sdp('A') };
const restarting: Side = { ...established, signaling: 'have-local-offer', offers: true };
const offering: Side = { ...restarting, remote: undefined };

test('exactly one of two members is polite', () => {
  expect(isPolite('a', 'b')).toBe(true);
  expect(isPolite('b', 'a')).toBe(false);
});

describe('an offer', () => {
  test('is taken by who has none out', () => {
    expect(judge(offer('A'), { ...fresh, polite: false })).toBe('apply');
    expect(judge(offer('A'), established)).toBe('apply');
  });

  test('that crosses another is never given to the connection: that would be a rollback', () => {
    for (const crossing of [restarting, offering]) {
      expect(judge(offer('A'), crossing)).toBe('replace');
      expect(judge(offer('A'), { ...crossing, polite: false })).toBe('ignore');
    }
  });

  test('of a page that was loaded anew takes a new connection, whatever is under way', () => {
    for (const side of [established, restarting])
      for (const polite of [true, false]) expect(judge(offer('B'), { ...side, polite })).toBe('replace');
  });

  test('of a connection that was given up is late', () => {
    const former = new Set(['sha-256 B']);
    for (const side of [fresh, established, restarting, offering])
      expect(judge(offer('B'), { ...side, former })).toBe('ignore');
    expect(judge(offer('B'), { ...established, remote: sdp('B'), former })).toBe('apply');
  });
});

describe('an answer', () => {
  test('is taken when it was waited for, and only then', () => {
    expect(judge(answer('A', 'own'), offering)).toBe('apply');
    expect(judge(answer('A', 'own'), restarting)).toBe('apply');
    expect(judge(answer('A', 'own'), established)).toBe('ignore');
  });

  test('to an offer before this one is late', () => {
    expect(judge(answer('A', 'older'), restarting)).toBe('ignore');
    expect(judge(answer('A'), restarting)).toBe('apply');
  });

  test('from another connection than the one we have is of no use', () => {
    expect(judge(answer('B'), restarting)).toBe('offer-anew');
    expect(judge(answer('B'), established)).toBe('offer-anew');
    expect(judge(answer('B'), { ...established, former: new Set(['sha-256 B']) })).toBe('ignore');
  });
});

describe('the offers after the first', () => {
  const chromium = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n';
  const firefox = 'v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0\r\n';

  test('are made by who made that one, and by Firefox where the other is none', () => {
    for (const madeFirst of [true, false]) {
      expect(makesOffers(madeFirst, chromium, chromium)).toBe(madeFirst);
      expect(makesOffers(madeFirst, firefox, firefox)).toBe(madeFirst);
      expect(makesOffers(madeFirst, firefox, chromium)).toBe(true);
      expect(makesOffers(madeFirst, chromium, firefox)).toBe(false);
    }
    expect(makesOffers(true, chromium, undefined)).toBe(true);
  });

  test('are made once, however often they are asked for', () => {
    const side = { ...established, offers: true, connected: true };
    expect(judgeRequest('own', side)).toBe('restart');
    expect(judgeRequest('older', side)).toBe('ignore');
    expect(judgeRequest('older', { ...side, signaling: 'have-local-offer' })).toBe('repeat');
  });

  test('are first ones again where each side waits for the other', () => {
    expect(judgeRequest('own', { ...established, connected: false })).toBe('offer-anew');
    expect(judgeRequest('own', { ...established, connected: true })).toBe('ignore');
  });
});
