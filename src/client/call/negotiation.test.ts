import { describe, expect, test } from 'vitest';
import { isPolite, judge } from './negotiation.ts';

const sdp = (certificate: string) =>
  `v=0\r\na=ice-ufrag:ab\r\na=ice-pwd:x\r\na=fingerprint:sha-256 ${certificate}\r\na=ice-ufrag:cd\r\n`;
const offer = (certificate: string) => ({ type: 'offer' as const, sdp: sdp(certificate) });
const answer = (certificate: string) => ({ type: 'answer' as const, sdp: sdp(certificate) });

test('exactly one of two members is polite', () => {
  expect(isPolite('a', 'b')).toBe(true);
  expect(isPolite('b', 'a')).toBe(false);
});

describe('an offer', () => {
  test('is taken by who has none out', () => {
    expect(judge(offer('A'), { signaling: 'stable', remote: undefined, polite: false })).toBe('apply');
    expect(judge(offer('A'), { signaling: 'stable', remote: sdp('A'), polite: true })).toBe('apply');
  });

  test('that crosses another is ignored by one side and taken by the other', () => {
    const crossing = { signaling: 'have-local-offer', remote: sdp('A') } as const;
    expect(judge(offer('A'), { ...crossing, polite: true })).toBe('apply');
    expect(judge(offer('A'), { ...crossing, polite: false })).toBe('ignore');
  });

  test('that crosses a first one takes a new connection', () => {
    const crossing = { signaling: 'have-local-offer', remote: undefined } as const;
    expect(judge(offer('A'), { ...crossing, polite: true })).toBe('replace');
    expect(judge(offer('A'), { ...crossing, polite: false })).toBe('ignore');
  });

  test('of a page that was loaded anew takes a new connection, whatever is under way', () => {
    for (const signaling of ['stable', 'have-local-offer'] as const) {
      for (const polite of [true, false]) {
        expect(judge(offer('B'), { signaling, remote: sdp('A'), polite })).toBe('replace');
      }
    }
  });
});

describe('an answer', () => {
  test('is taken when it was waited for, and only then', () => {
    expect(judge(answer('A'), { signaling: 'have-local-offer', remote: undefined, polite: true })).toBe(
      'apply',
    );
    expect(judge(answer('A'), { signaling: 'have-local-offer', remote: sdp('A'), polite: true })).toBe(
      'apply',
    );
    expect(judge(answer('A'), { signaling: 'stable', remote: sdp('A'), polite: true })).toBe('ignore');
  });

  test('from another connection than the one we have is of no use', () => {
    expect(judge(answer('B'), { signaling: 'have-local-offer', remote: sdp('A'), polite: true })).toBe(
      'offer-anew',
    );
    expect(judge(answer('B'), { signaling: 'stable', remote: sdp('A'), polite: true })).toBe('offer-anew');
  });
});
