/** Hashing is what a stranger can make the server do: it stands back behind everything else. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, PASSWORD, tokenIn } from '../../../test/helpers/house.ts';
import { createHashQueue } from './hash-queue.ts';
import { hashPassword } from './passwords.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse({ REGISTRATION: 'open' });
  await house.person('ana');
});
afterEach(() => house.close());

/** What fills in the form of a page, and sends it as often as it is called. */
async function formOn(url: string) {
  const { token, cookie } = tokenIn(await house.app.inject(url));
  return (fields: Record<string, string>, remoteAddress = '192.0.2.1') =>
    house.app.inject({
      method: 'POST',
      url,
      remoteAddress,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ _csrf: token, ...fields }).toString(),
    });
}
const newcomer = (username: string) => ({ displayName: 'Somebody', username, password: PASSWORD });

test('two work at once, the others wait in order, and beyond that it refuses', async () => {
  const inTurn = createHashQueue(2, 3);
  const begun: number[] = [];
  const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
  const jobs = gates.map(({ promise }, n) =>
    inTurn(async () => {
      begun.push(n);
      await promise;
      if (n === 1) throw new Error('broken');
      return n;
    }).catch((error: unknown) => (error instanceof Error ? error.message : '')),
  );
  expect(await jobs[5]).toBe('errors.busy');
  expect(begun).toEqual([0, 1]);
  // One that fails makes room as well.
  gates[1]?.resolve();
  expect(await jobs[1]).toBe('broken');
  expect(begun).toEqual([0, 1, 2]);
  for (const { resolve } of gates) resolve();
  expect(await Promise.all(jobs)).toEqual([0, 'broken', 2, 3, 4, 'errors.busy']);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await inTurn(async () => 'again')).toBe('again');
});

test('while many wait, what needs no hash is answered, and the others are told to come again', async () => {
  const [join, login] = [await formOn('/join'), await formOn('/login')];
  let crowded = true;
  // As many as fit, and for each that is done the next: the queue is full for as long as we want.
  const crowd = Array.from({ length: 34 }, async () => {
    while (crowded) await hashPassword('of somebody else');
  });
  const taken = await join(newcomer('ana'));
  expect([taken.statusCode, taken.headers['retry-after']]).toEqual([422, undefined]);
  expect(taken.body).toContain('taken');
  for (const answer of [await join(newcomer('ben')), await login({ username: 'ana', password: PASSWORD })]) {
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).toContain('Too many people are signing in');
    // What was typed is there still.
    expect(answer.body).toMatch(/value="(ana|ben)"/);
  }
  crowded = false;
  await Promise.all(crowd);
  expect((await join(newcomer('ben'))).statusCode).toBe(303);
}, 60_000);

test('an address has sixty tries to join, whatever becomes of them', async () => {
  const join = await formOn('/join');
  for (let n = 0; n < 60; n++) expect((await join(newcomer('ana'))).statusCode).toBe(422);
  const refused = await join(newcomer('ben'));
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '600']);
  expect(refused.body).toContain('Too many attempts');
  expect(refused.body).toContain('value="ben"');
  expect((await join(newcomer('ben'), '198.51.100.7')).statusCode).toBe(303);
}, 60_000);
