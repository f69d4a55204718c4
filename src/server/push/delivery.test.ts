/** One request to a push service: what comes of each answer, and that it leads nowhere else. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Connect, connectPublicly, createDelivery } from './delivery.ts';
import { createPublicLookup, isPublicAddress } from './public-lookup.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers so. @returns what leads to it, whatever the name */
async function answering(listener: RequestListener): Promise<Connect> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return () => connectTcp(port, '127.0.0.1');
}

const request = {
  url: new URL('https://push.example.net/device?of=ana'),
  headers: { TTL: 60, 'Content-Length': 5 },
  body: Buffer.from('hello'),
};

test('it goes to the name and path of the address, and brings the status', async () => {
  const seen: unknown[] = [];
  const connect = await answering(async (asked, answer) => {
    const [body] = await once(asked, 'data');
    seen.push(asked.method, asked.headers.host, asked.url, asked.headers.ttl, String(body));
    answer.writeHead(201, { Date: 'Sun, 22 Nov 2026 12:00:00 GMT' }).end();
  });
  expect(await createDelivery(connect)(request)).toEqual({
    ...{ status: 201, retryAfter: undefined },
    date: Date.UTC(2026, 10, 22, 12),
  });
  expect(seen).toEqual(['POST', 'push.example.net', '/device?of=ana', '60', 'hello']);
});

test('a redirect is an answer, and isn’t followed', async () => {
  let asked = 0;
  const connect = await answering((_request, answer) => {
    asked += 1;
    answer.writeHead(307, { Location: 'https://push.example.net/elsewhere' }).end();
  });
  expect((await createDelivery(connect)(request)).status).toBe(307);
  expect(asked).toBe(1);
});

test.each([
  ['120', 120],
  ['0', 0],
  [new Date(Date.now() - 60_000).toUTCString(), 0],
  ['soon', undefined],
])('Retry-After: %s', async (retryAfter, seconds) => {
  const connect = await answering((_request, answer) => {
    answer.writeHead(429, { 'Retry-After': retryAfter, Date: 'some day' }).end();
  });
  expect(await createDelivery(connect)(request)).toEqual({
    ...{ status: 429, retryAfter: seconds },
    date: undefined,
  });
});

test('an answer without an end is left at its beginning', async () => {
  const connect = await answering((_request, answer) => {
    answer.writeHead(503);
    const fill = () => {
      while (!answer.destroyed && answer.write('x'.repeat(65_536)));
    };
    answer.on('drain', fill);
    fill();
  });
  expect((await createDelivery(connect)(request)).status).toBe(503);
});

test('a service that says nothing is given up in time', async () => {
  const connect = await answering(() => {});
  await expect(createDelivery(connect, 50)(request)).rejects.toMatchObject({ name: 'AbortError' });
});

test('a name that stands for an address of the house is never connected to', async () => {
  const url = new URL('https://localhost/device');
  await expect(createDelivery(connectPublicly)({ ...request, url })).rejects.toMatchObject({
    code: 'ENOTPUBLIC',
  });
});

test.each([
  ['8.8.8.8', true],
  ['100.63.255.255', true],
  ['172.32.0.1', true],
  ['2a00:1450:4001::1', true],
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1'].map(isPrivate),
  ...['192.168.1.1', '198.18.0.1', '203.0.113.7', '224.0.0.1', '255.255.255.255'].map(isPrivate),
  ...['::', '::1', '::ffff:192.168.1.1', 'fe80::1', 'fe80::1%eth0', 'fd00::1', 'ff02::1'].map(isPrivate),
  ...['64:ff9b::c0a8:101', '2002:c0a8:101::1', '2001:db8::1', '2001:0:1::1', 'no address'].map(isPrivate),
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(String(address))).toBe(expected);
});

test('an address of the internet that a neighbour has is none of the public', () => {
  const own = ['192.168.1.5/24', '2a00:1450:4001::5/64', '8.8.4.4/24'];
  for (const address of ['2a00:1450:4001::77', '2a00:1450:4001::5', '8.8.4.8'])
    expect(isPublicAddress(address, own), address).toBe(false);
  for (const address of ['2a00:1450:4001:1::77', '8.8.8.8'])
    expect(isPublicAddress(address, own), address).toBe(true);
});

function isPrivate(address: string): [string, boolean] {
  return [address, false];
}

/** What a lookup calls back with. */
const found = (addresses: string[], all: boolean) =>
  new Promise((resolve) => {
    const known = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    createPublicLookup(async () => known)('push.example.net', { all }, (error, ...rest) =>
      resolve(error ? error.code : rest),
    );
  });

test('one address of the house among several is one too many', async () => {
  expect(await found(['8.8.8.8', '192.168.1.1'], true)).toBe('ENOTPUBLIC');
  expect(await found([], false)).toBe('ENOTPUBLIC');
  expect(await found(['8.8.8.8', '2a00:1450::1'], false)).toEqual(['8.8.8.8', 4]);
  expect(await found(['8.8.8.8'], true)).toEqual([[{ address: '8.8.8.8', family: 4 }]]);
});

test('what fails to be looked up fails', async () => {
  const failed = await new Promise((resolve) =>
    createPublicLookup(async () => {
      throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    })('push.example.net', {}, (error) => resolve(error?.code)),
  );
  expect(failed).toBe('ENOTFOUND');
});
