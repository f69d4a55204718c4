import { expect, test } from 'vitest';
import { iceFor } from './ice.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

test('without servers there is an empty list, and nothing expires', () => {
  expect(iceFor({ stunUrls: [], turn: undefined }, 7, NOW)).toEqual({ iceServers: [] });
});

test('TURN credentials are those that coturn computes from the shared secret', () => {
  const turn = { urls: ['turn:turn.example:3478'], secret: 'north' };
  const { iceServers, lifetime } = iceFor({ stunUrls: ['stun:stun.example'], turn }, 7, NOW);
  expect(iceServers[0]).toEqual({ urls: ['stun:stun.example'] });
  // printf 1795352400:7 | openssl dgst -sha1 -hmac north -binary | base64
  expect(iceServers[1]).toEqual({
    urls: ['turn:turn.example:3478'],
    username: '1795352400:7',
    credential: 'uCu2a3D9mKZR3npPxhhEkdXq+IY=',
  });
  expect(lifetime).toBe(3600);
});
