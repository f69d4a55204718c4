/** A socket's life, with a real one at each end and the heartbeat in the test's hands. */
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fastify from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { createBackground } from '../background/background.ts';
import { troubleOf } from '../database/trouble.ts';
import { registerSockets, type SocketParts, serveSocket } from './sockets.ts';

const PING_EVERY = 15_000;

let server: WebSocketServer;
let closed: string[] = [];
let isOpen: boolean;
const said: string[] = [];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  closed = [];
  isOpen = true;
  said.length = 0;
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterEach(async () => {
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
  vi.useRealTimers();
});

/** Says nothing. */
const { log } = fastify();

function serve(socket: WebSocket, more: Partial<SocketParts> = {}): void {
  const clock = fakeClock();
  // One that a test before left open closes later, and says so to that test alone.
  const steps = closed;
  const background = createBackground(clock, log, {
    trouble: () => undefined,
    note: troubleOf,
    makeRoom() {},
  });
  serveSocket(socket, {
    ...{ background, clock, log, reqId: 'req-1', name: 'socket', pingEvery: PING_EVERY, longest: 100 },
    rate: { most: 3, perSecond: 1 },
    isOpen: () => isOpen,
    message: (data) => said.push(data.toString()),
    refused: (why) => socket.send(why),
    closed: [
      () => steps.push('first'),
      () => {
        throw new Error('no');
      },
      () => steps.push('last'),
    ],
    ...more,
  });
}

/** Both ends of a socket; the server's is served. */
async function open(more: Partial<SocketParts> = {}, autoPong = true) {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`, { autoPong });
  const ended = new Promise<number>((resolve) => client.once('close', resolve));
  const [socket] = await Promise.all([connected, once(client, 'open')]);
  serve(socket, more);
  return { client, socket, ended };
}

test('a socket whose other end answers is kept, one that doesn’t is cut off after a second heartbeat', async () => {
  const answers = await open();
  const silent = await open({}, false);
  for (let beat = 0; beat < 5; beat += 1) {
    const pong = once(answers.socket, 'pong');
    vi.advanceTimersByTime(PING_EVERY);
    await pong;
  }
  expect(await silent.ended).toBe(1006);
  expect(answers.socket.readyState).toBe(WebSocket.OPEN);
});

test('the heartbeat closes a socket whose session has ended, and stops with it', async () => {
  const { ended, socket } = await open();
  const gone = once(socket, 'close');
  isOpen = false;
  vi.advanceTimersByTime(PING_EVERY - 1);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  vi.advanceTimersByTime(1);
  expect(await ended).toBe(4401);
  await gone;
  expect(vi.getTimerCount()).toBe(0);
});

test('a frame is read while the session goes on, and the socket has not been closed', async () => {
  const { client, socket, ended } = await open();
  const heard = once(socket, 'message');
  client.send('hello');
  await heard;
  expect(said).toEqual(['hello']);
  isOpen = false;
  client.send('too late');
  expect(await ended).toBe(4401);
  expect(said).toEqual(['hello']);
});

test('a frame of the longest size is read, one of a byte more closes the socket unread', async () => {
  const { client, ended } = await open();
  const answers: string[] = [];
  client.on('message', (data) => answers.push(String(data)));
  client.send('x'.repeat(100));
  client.send('y'.repeat(101));
  client.send('after');
  expect(await ended).toBe(1009);
  expect(said).toEqual(['x'.repeat(100)]);
  expect(answers).toEqual(['too-large']);
});

test('a frame that fails closes its socket, and each step of closing is taken', async () => {
  const { client, socket, ended } = await open({ message: () => Promise.reject(new Error('no')) });
  const gone = once(socket, 'close');
  client.send('hello');
  expect(await ended).toBe(1011);
  await gone;
  expect(closed).toEqual(['first', 'last']);
});

describe('of a server', () => {
  const app = fastify();
  /** The requests that came, for as long as anybody has them. */
  const came: WeakRef<object>[] = [];
  const failures: unknown[] = [];
  let client: WebSocket;
  beforeAll(async () => {
    await registerSockets(app);
    app.get('/', { websocket: true }, (socket, request) => {
      came.push(new WeakRef(request), new WeakRef(request.raw));
      const { id: reqId } = request;
      serve(socket, { reqId, log: { ...log, error: (what: unknown) => failures.push(what) } });
    });
    client = new WebSocket(`${await app.listen({ port: 0, host: '127.0.0.1' })}`.replace('http', 'ws'));
    await once(client, 'open');
  });
  afterAll(() => app.close());

  test('it keeps nothing of the request that it came by', async () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect !== 'function') throw new Error('garbage can’t be collected');
    await eventually('the request to be forgotten', () => {
      collect();
      return came.length === 2 && came.every((request) => request.deref() === undefined);
    });
    expect(client.readyState).toBe(WebSocket.OPEN);
  });

  test('a frame against the protocol cuts it off, and is logged by the request', async () => {
    client.send('x'.repeat(128 * 1024 + 1));
    const [code] = await once(client, 'close');
    expect(code).toBe(1009);
    expect(failures).toEqual([{ err: expect.any(RangeError), reqId: 'req-1' }]);
  });
});
