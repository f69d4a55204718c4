import fastify from 'fastify';
import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { readConfig } from '../config.ts';
import { createRelay } from './index.ts';

/** A relay for this environment on a machine that has its coturn there, or none. */
function open(environment: Record<string, string>, coturn?: string) {
  const warned: unknown[] = [];
  const { log } = fastify({ logger: false });
  log.warn = (words: unknown) => void warned.push(words);
  const ground = { config: readConfig(environment), clock: fakeClock(), background: { attempt() {} }, log };
  return { relay: createRelay(ground, () => coturn), warned };
}

test('where coturn is missing, one sentence says how to get it, and calls go on without', async () => {
  const { relay, warned } = open({ TURN: 'auto', STUN_URLS: 'stun:stun.example' });
  expect(warned).toEqual([expect.stringMatching(/apt install coturn/)]);
  relay.start();
  expect(relay.iceServers('porch.local')).toEqual({ stunUrls: ['stun:stun.example'], turn: undefined });
  await relay.stop();
});

test('a relay elsewhere is what pages are told of, whatever is installed here', () => {
  const { relay, warned } = open(
    { TURN_URLS: 'turn:relay.example', TURN_SECRET: 'north' },
    '/usr/bin/turnserver',
  );
  expect(warned).toEqual([]);
  expect(relay.iceServers('porch.local')).toEqual({
    stunUrls: [],
    turn: { urls: ['turn:relay.example'], secret: 'north' },
  });
});
