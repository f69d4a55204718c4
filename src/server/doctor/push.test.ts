/** Push services on loopback in place of those that devices have named, and whatever may be the matter with them. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect as connectTcp, createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { makeAuthority } from '../../../test/helpers/certificates.ts';
import { codesOf, portOf, targetsFor } from '../../../test/helpers/checked.ts';
import { type House, onAnotherDevice, openHouse, type Person } from '../../../test/helpers/house.ts';
import { openPushService, type PushService } from '../../../test/helpers/push-service.ts';
import { type Connect, connectPublicly, createDelivery } from '../push/delivery.ts';
import { checkClock } from './clock.ts';
import { checkPush } from './push.ts';
import { askPushServices } from './push-services.ts';

let service: PushService;
let house: House;
let ana: Person;

beforeEach(async () => {
  service = await openPushService();
  house = await openHouse();
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  ana = await house.person('ana');
});
afterEach(async () => {
  await house.close();
  await service.close();
});

/** A device that was subscribed with a service of this name. */
async function subscribe(host = 'push.example.net', person = ana) {
  const device = service.newDevice(host);
  const { statusCode } = await person.post('/push/subscription', device.subscription);
  expect(statusCode).toBe(201);
  return device;
}

const ask = (connect: Connect, patience?: number) =>
  askPushServices({ dataDir: house.dataDir }, createDelivery(connect, patience));

const NAMED = { publicUrl: 'https://porch.example' };
const found = async (connect: Connect, patience?: number) => checkPush(NAMED, await ask(connect, patience));

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return portOf(server);
}

/** A service that says nothing. */
async function silentService(): Promise<Connect> {
  const port = await listening(createServer((socket) => socket.on('error', () => {})));
  return () => connectTcp(port, '127.0.0.1');
}

test('where nobody has turned notifications on there is nothing to try', async () => {
  expect(await found(service.connect)).toMatchObject([{ check: 'push', code: 'push.nobody' }]);
  // Nor where nobody knows: the check of the database says why.
  const dataDir = join(house.dataDir, 'uploads');
  const nowhere = await askPushServices({ dataDir }, createDelivery(service.connect));
  expect(checkPush(NAMED, nowhere)).toEqual([]);
});

test('a service is reached whatever it answers, and no device is told anything', async () => {
  const asked: unknown[] = [];
  const server = createHttpServer((request, response) => {
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
    });
    request.on('end', () => {
      asked.push([request.method, request.url, request.headers.host, bytes]);
      response.writeHead(405).end();
    });
  });
  const port = await listening(server);
  await subscribe();
  expect(await found(() => connectTcp(port, '127.0.0.1'))).toEqual([
    { check: 'push', code: 'push.reached', values: { host: 'push.example.net' } },
  ]);
  expect(asked).toEqual([['POST', '/', 'push.example.net', 0]]);
});

test('four are asked, those of most devices', async () => {
  const people = await Promise.all(['ben', 'cleo', 'dan', 'eve'].map((name) => house.person(name)));
  await subscribe('a-rare.example.net');
  for (const [index, person] of people.entries()) {
    await subscribe(`push-${index}.example.net`, person);
    await subscribe(`push-${index}.example.net`, await onAnotherDevice(house, person));
  }
  const hosts = (await found(service.connect)).map(({ values }) => values.host);
  expect(hosts.sort()).toEqual([0, 1, 2, 3].map((index) => `push-${index}.example.net`));
});

test('a silent one is a warning beside one that is reached, and wrong when all are', async () => {
  const silent = await silentService();
  await subscribe('silent.example.net');
  expect(await found(silent, 50)).toMatchObject([
    { code: 'push.silent', values: { host: 'silent.example.net' } },
    { code: 'push.cut-off' },
  ]);
  await subscribe('push.example.net', await house.person('ben'));
  const either: Connect = (host) => (host.startsWith('silent') ? silent(host) : service.connect(host));
  expect(codesOf(await found(either, 500)).sort()).toEqual(['push.reached', 'push.silent']);
});

test('a name that nobody knows, and one of this house, are told', async () => {
  await subscribe();
  // No name server is asked for one that can't be.
  const unknown: Connect = () => connectTcp({ host: 'porch..example', port: 443 });
  expect(await found(unknown)).toMatchObject([
    { code: 'push.unknown', values: { host: 'push.example.net', detail: 'ENOTFOUND' } },
    { code: 'push.cut-off' },
  ]);
  const { database } = house.app.services;
  database.prepare('UPDATE push_subscriptions SET endpoint = ?').run('https://localhost/device');
  expect(await found(connectPublicly)).toMatchObject([
    { code: 'push.not-public', values: { host: 'localhost' } },
    { code: 'push.cut-off' },
  ]);
});

test('a certificate that nobody trusts is told, and a connection that breaks off', async () => {
  const { cert, key } = makeAuthority(house.dataDir).certify('push', ['DNS:push.example.net'], 60);
  const files = { cert: readFileSync(cert), key: readFileSync(key) };
  const secure = createTlsServer(files, (socket) => socket.on('error', () => {}));
  secure.on('tlsClientError', () => {});
  const port = await listening(secure);
  await subscribe();
  const untrusted: Connect = (servername) => connectTls({ host: '127.0.0.1', port, servername });
  expect(await found(untrusted)).toMatchObject([{ code: 'push.untrusted' }, { code: 'push.cut-off' }]);
  const rude = await listening(createServer((socket) => socket.destroy()));
  expect(await found(() => connectTcp(rude, '127.0.0.1'))).toMatchObject([
    { code: 'push.failed', values: { host: 'push.example.net' } },
    { code: 'push.cut-off' },
  ]);
});

test('without an address of its own, the server has no name for them', async () => {
  await subscribe();
  const services = await ask(service.connect);
  for (const publicUrl of [undefined, 'http://porch.example'])
    expect(codesOf(checkPush({ publicUrl }, services))).toEqual(['push.reached', 'push.unnamed']);
});

/** What answers with a clock that differs by so many seconds. */
async function clockAt(seconds: () => number): Promise<number> {
  const server = createHttpServer((_, response) => {
    response.setHeader('Date', new Date(Date.now() + seconds() * 1000).toUTCString()).end();
  });
  return listening(server);
}

test('the clock is compared with that of others, and not with this machine’s own', async () => {
  let seconds = 0;
  const port = await clockAt(() => seconds);
  // Where PUBLIC_URL leads to is this very machine, whose clock always agrees.
  const own = targetsFor(house, { PUBLIC_URL: `http://127.0.0.1:${portOf(house.app.server)}` });
  const clock = async () => checkClock(own, await ask(() => connectTcp(port, '127.0.0.1')));
  expect(await clock()).toMatchObject([{ code: 'clock.agrees', values: { name: '127.0.0.1' } }]);
  await subscribe();
  expect(await clock()).toMatchObject([{ code: 'clock.agrees', values: { name: 'push.example.net' } }]);
  for (seconds of [-200, 200])
    expect(await clock()).toMatchObject([{ code: 'clock.differs', values: { name: 'push.example.net' } }]);

  // One that says anything doesn't make a right clock wrong.
  await subscribe('other.example.net', await house.person('ben'));
  const either: Connect = (host) =>
    host.startsWith('other') ? service.connect(host) : connectTcp(port, '127.0.0.1');
  expect(await checkClock(own, await ask(either))).toMatchObject([
    { code: 'clock.agrees', values: { name: 'other.example.net' } },
  ]);
});

test('the certificate authority has a clock as well', async () => {
  const port = await clockAt(() => -200);
  const directory = `http://127.0.0.1:${port}/directory`;
  const own = targetsFor(house, { PUBLIC_URL: `http://localhost:${portOf(house.app.server)}` });
  const tls = { by: 'acme' as const, name: 'porch.example', directory, email: undefined };
  expect(await checkClock({ ...own, tls })).toMatchObject([
    { code: 'clock.differs', values: { name: '127.0.0.1' } },
  ]);
  // One that isn't reached leaves what there was before.
  expect(await checkClock({ ...own, tls: { ...tls, directory: 'http://127.0.0.1:1/' } })).toMatchObject([
    { code: 'clock.agrees', values: { name: 'localhost' } },
  ]);
});
