/** Our client of relays against the system's coturn, and against what is none. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type Coturn, startCoturn, TURN_SECRET } from '../../../test/helpers/coturn.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { freePort } from '../../../test/helpers/proxy.ts';
import { iceFor } from '../calls/ice.ts';
import { type StunServer, serverIn } from './stun-line.ts';
import { allocate, outsideAddress } from './turn-client.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const HERE = '127.0.0.1';

let coturn: Coturn;
beforeAll(async () => {
  coturn = await startCoturn();
});
afterAll(() => coturn.close());

const at = (transport: StunServer['transport'], port = coturn.port): StunServer => ({
  ...{ transport, host: HERE, port },
});

function credentials(secret = TURN_SECRET) {
  const [given] = iceFor({ stunUrls: [], turn: { urls: [''], secret } }, 7, Date.now()).iceServers;
  return { username: given?.username ?? '', credential: given?.credential ?? '' };
}

test.each(['udp', 'tcp'] as const)('by %s two clients reach each other through the relay', async (way) => {
  const heard: string[] = [];
  const one = await allocate(at(way), credentials());
  const two = await allocate(at(way), credentials(), (bytes) => void heard.push(String(bytes)));
  const unasked: string[] = [];
  const closed = await allocate(at(way), credentials(), (bytes) => void unasked.push(String(bytes)));
  onTestFinished(() => {
    for (const client of [one, two, closed]) client.close();
  });
  expect([one.code, one.isOpen, two.code, closed.code]).toEqual([0, false, 0, 0]);
  if (!one.relayed || !two.relayed || !closed.relayed) throw new Error('nothing is relayed');
  const [open, shut] = [two.relayed, closed.relayed];
  expect(open.address).toBe(HERE);
  expect(await one.permit(open.address)).toBe(0);
  expect(await two.permit(one.relayed.address)).toBe(0);
  await eventually('what was sent', () => {
    // Without the other's permission nothing comes.
    one.send(shut, Buffer.from('unasked'));
    one.send(open, Buffer.from('hello'));
    return heard.length > 2;
  });
  expect(new Set(heard)).toEqual(new Set(['hello']));
  expect(unasked).toEqual([]);
});

test('what is given back can be given to others', async () => {
  const limited = await startCoturn([
    ...['use-auth-secret', `static-auth-secret=${TURN_SECRET}`, 'user-quota=1'],
  ]);
  onTestFinished(() => limited.close());
  const known = credentials();
  const one = await allocate(at('udp', limited.port), known);
  expect(one.code).toBe(0);
  const two = await allocate(at('udp', limited.port), known);
  expect(two.code).toBe(486);
  two.close();
  one.close();
  await eventually('another', async () => {
    const next = await allocate(at('udp', limited.port), known);
    next.close();
    return next.code === 0;
  });
});

test('wrong credentials are refused, and a relay without any is called open', async () => {
  const refused = await allocate(at('udp'), credentials('another secret'));
  expect([refused.code, refused.relayed]).toEqual([401, undefined]);
  refused.close();
  const open = await startCoturn(['no-auth', 'allow-loopback-peers']);
  onTestFinished(() => open.close());
  const made = await allocate(at('udp', open.port), credentials());
  expect([made.code, made.isOpen]).toEqual([0, true]);
  made.close();
});

test('a server says by which address it sees who asks', async () => {
  expect((await outsideAddress(at('udp')))?.address).toBe(HERE);
  expect((await outsideAddress(at('tcp')))?.address).toBe(HERE);
});

test.each(['udp', 'tcp'] as const)('nobody listening is told at once by %s', async (way) => {
  await expect(allocate(at(way, await freePort()), credentials())).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});

test('silence is told after a while', async () => {
  const socket = createSocket('udp4');
  onTestFinished(() => {
    socket.close();
  });
  socket.bind(0, HERE);
  await once(socket, 'listening');
  await expect(outsideAddress(at('udp', socket.address().port))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});

test.each([
  ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'EPROTO'],
  ['hangs up', '', 'ECONNRESET'],
])('a server that %s is told', async (_, words, code) => {
  const server = createServer((socket) => socket.on('error', () => {}).end(words)).listen(0, HERE);
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await expect(allocate(at('tcp', port), credentials())).rejects.toMatchObject({ code });
});

test.each([
  ['turn:relay.example', 'udp', 'relay.example', 3478],
  ['turn:relay.example:3479?transport=udp', 'udp', 'relay.example', 3479],
  ['turn:relay.example?transport=tcp', 'tcp', 'relay.example', 3478],
  ['turns:relay.example', 'tls', 'relay.example', 5349],
  ['turns:relay.example:443?transport=tcp', 'tls', 'relay.example', 443],
  ['stun:203.0.113.7', 'udp', '203.0.113.7', 3478],
  ['stuns:relay.example', 'tls', 'relay.example', 5349],
  ['turn:[2001:db8::7]:3478', 'udp', '2001:db8::7', 3478],
])('%s is read', (url, transport, host, port) => {
  expect(serverIn(url)).toEqual({ transport, host, port });
});

test.each([
  ...['turn:', 'turn://relay.example', 'turn:relay.example:0', 'turn:relay.example:99999'],
  ...['turns:relay.example?transport=udp', 'turn:relay.example?transport=sctp', 'https://relay.example'],
])('%s is not', (url) => {
  expect(serverIn(url)).toBeUndefined();
});
