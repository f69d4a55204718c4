/** Sending a recording to a real server, over a network that breaks. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type House, openHouse, type Person } from '../../../../test/helpers/house.ts';
import { eventually } from '../../../../test/helpers/poll.ts';
import { newWish, pastCall } from '../../../../test/helpers/recorder.ts';
import { openRelay, type Relay } from '../../../../test/helpers/relay.ts';
import { openInMemory } from './file-store.ts';
import { createRequests, type Requests } from './requests.ts';
import { createSender, type Sender, type SenderState } from './sender.ts';
import { beginSpool, type Spool } from './spool.ts';

let house: House;
let ana: Person;
let relay: Relay;
let requests: Requests;
let spool: Spool;
let sender: Sender;
let states: SenderState[];

beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  const call = await pastCall(house, ana, await house.person('ben'));
  const address = house.app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  relay = await openRelay(address.port);
  requests = createRequests(relay.origin, { cookie: ana.cookie, 'x-csrf-token': ana.token });
  spool = await beginSpool(openInMemory(), { ...newWish(), owner: ana.id, call });
  states = [];
  sender = createSender(spool, requests, (state) => states.push(state));
});
afterEach(async () => {
  sender.stop();
  await relay.close();
  await house.close();
});

const bytes = (from: number, count: number) =>
  new Uint8Array(Array.from({ length: count }, (_, index) => (from + index) % 251));

async function record(count: number): Promise<void> {
  await spool.append(bytes(spool.end(), count));
  sender.nudge();
}

function end(): void {
  spool.relabel({ length: spool.end() });
  sender.nudge();
}

/** So many turns of the event loop as nothing takes that doesn't wait for anything. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const idOf = () => spool.label().uploadUrl?.split('/').at(-1) ?? '';
const rawPath = () => join(house.dataDir, 'recordings', `${idOf()}.raw`);
const last = () => states.at(-1)?.name;

const arrived = (count: number) =>
  eventually(
    `${count} bytes to arrive`,
    () => sender.sent() === count,
    10_000,
    () => `${sender.sent()} ${last()}`,
  );

test('what is recorded arrives while it is recorded, and its end is said', async () => {
  await record(1000);
  await arrived(1000);
  await record(700_000);
  await arrived(701_000);
  expect(readFileSync(rawPath())).toEqual(Buffer.from(bytes(0, 701_000)));
  end();
  await eventually('the end', () => last() === 'done');
  expect(house.app.services.recordings.find(idOf())?.length).toBe(701_000);
});

test('a chunk whose answer was lost is not sent again', async () => {
  await record(1000);
  await arrived(1000);
  await spool.append(bytes(1000, 1000));
  const { uploadUrl = '' } = spool.label();
  expect(await requests.patch({ uploadUrl, offset: 1000, bytes: bytes(1000, 1000) })).toEqual({ good: 2000 });
  await record(1000);
  await arrived(3000);
  expect(readFileSync(rawPath())).toEqual(Buffer.from(bytes(0, 3000)));
});

test('one without a byte leaves nothing behind', async () => {
  end();
  await eventually('the end', () => last() === 'done');
  await house.app.services.recordings.idle();
  expect(house.app.services.files.find(idOf())).toBeUndefined();
});

test.each([
  ['is refused', false],
  ['goes silent', true],
])('a network that %s loses nothing', async (_how, silently) => {
  await record(300_000);
  await arrived(300_000);
  relay.cut(silently);
  for (let second = 0; second < 5; second += 1) await record(100_000);
  if (!silently) await eventually('it to be noticed', () => last() === 'away');
  relay.mend();
  await arrived(800_000);
  end();
  await eventually('the end', () => last() === 'done');
  expect(house.app.services.files.ofCall(spool.label().call)).toHaveLength(1);
});

test('a server that is away from the beginning is told later, and makes one recording of it', async () => {
  relay.cut();
  await record(50_000);
  await eventually('it to be noticed', () => states.filter(({ name }) => name === 'away').length > 1);
  relay.mend();
  await arrived(50_000);
  expect(house.app.services.files.ofCall(spool.label().call)).toHaveLength(1);
});

test('one that the server dropped for having no byte is begun again', async () => {
  const created = await requests.create(spool.label());
  if (!('good' in created)) throw new Error('not created');
  spool.relabel(created.good);
  const first = idOf();
  house.clock.advance(2 * 60_000);
  await eventually('the empty one to go', () => !house.app.services.files.find(first));
  await record(50_000);
  await arrived(50_000);
  expect(idOf()).not.toBe(first);
});

test('one that was deleted is not begun again', async () => {
  await record(50_000);
  await arrived(50_000);
  const path = rawPath();
  await ana.post(`/recordings/${idOf()}/delete`);
  await record(50_000);
  await eventually('it to be noticed', () => last() === 'gone');
  expect(existsSync(path)).toBe(false);
  expect(house.app.services.files.ofCall(spool.label().call)).toEqual([]);
});

test('a server that says no says why, and what was recorded stays', async () => {
  await record(50_000);
  await arrived(50_000);
  const { files } = house.app.services;
  files.setLimits({ ...files.limits(), personBytes: 60_000 });
  await record(50_000);
  await eventually('a sentence', () => last() === 'refused');
  expect(states.at(-1)).toEqual({
    name: 'refused',
    status: 413,
    message: expect.stringMatching(/^Your storage/),
  });
  expect([sender.sent(), spool.end()]).toEqual([50_000, 100_000]);
});

test('somebody who is signed out keeps everything', async () => {
  await record(50_000);
  await arrived(50_000);
  await ana.post('/logout');
  await record(50_000);
  await eventually('a sentence', () => last() === 'refused');
  expect([sender.sent(), spool.end()]).toEqual([50_000, 100_000]);
});

test('a server that takes nothing and says so is not asked without pause', async () => {
  await record(50_000);
  await arrived(50_000);
  sender.stop();
  let asked = 0;
  const stuck: Requests = {
    ...requests,
    patch: async ({ offset }) => {
      asked += 1;
      return { good: offset };
    },
  };
  sender = createSender(spool, stuck, (state) => states.push(state));
  const began = performance.now();
  await record(1000);
  await eventually('it to be asked again', () => asked >= 4);
  // Each time it waits longer: at least 0.1 s, 0.2 and 0.4.
  expect(performance.now() - began).toBeGreaterThan(650);
});

test('a network that is back is used at once, whatever was waited for', async () => {
  sender.stop();
  const online: (() => void)[] = [];
  vi.stubGlobal('addEventListener', (name: string, run: () => void) => name === 'online' && online.push(run));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let asked = 0;
    const away: Requests = {
      ...requests,
      create: async () => {
        asked += 1;
        return { away: true };
      },
    };
    sender = createSender(spool, away, (state) => states.push(state));
    await record(1000);
    await someTurns();
    expect([asked, last()]).toEqual([1, 'away']);
    // No time goes by: it is the network's return alone that it tries for.
    for (const run of online) run();
    await someTurns();
    expect(asked).toBe(2);
  } finally {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
});

test('a proxy that lets only small requests through gets smaller ones', async () => {
  const proxied: Requests = {
    ...requests,
    patch: async (chunk) =>
      chunk.bytes.length > 100_000 ? { away: true, tooLarge: true } : requests.patch(chunk),
  };
  sender.stop();
  sender = createSender(spool, proxied, (state) => states.push(state));
  await record(500_000);
  await arrived(500_000);
  expect(states.map(({ name }) => name)).not.toContain('away');
});
