import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type WebSocket as ServerSide, WebSocketServer } from 'ws';
import { createLocalMedia } from '../../media/local-media.ts';
import { createScreenShare } from '../../media/screen-share.ts';
import { type Call, createCall, type Origin } from '../call.ts';
import { openServerSocket, type ServerSocket } from './socket.ts';

const BrowserSocket = WebSocket;
const SIGNED_OUT = 4401;

/** A server that says nothing but pong: what it hears on each socket, and how the page's end of each fares. */
let server: WebSocketServer;
let sockets: { socket: ServerSide; heard: string[] }[];
let opened: WebSocket[];

beforeEach(async () => {
  sockets = [];
  opened = [];
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    const heard: string[] = [];
    sockets.push({ socket, heard });
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data));
      heard.push(type);
      if (type === 'ping') socket.send('{"type":"pong"}');
    });
  });
  await once(server, 'listening');
  vi.stubGlobal(
    'WebSocket',
    class extends BrowserSocket {
      constructor(url: string) {
        super(url);
        opened.push(this);
      }
    },
  );
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  // A page that is closed otherwise would come back in the middle of the next test.
  await Promise.all(
    sockets.map(({ socket }, at) => socket.readyState === socket.OPEN && close(at, SIGNED_OUT)),
  );
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  server.close();
});

function open(): ServerSocket {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  const events = { opened: () => {}, message: () => {} };
  return openServerSocket(`ws://127.0.0.1:${address.port}`, 'device-00', events);
}

/** Waits until the server has heard this on the socket with that number. */
const hears = (at: number, type: string) =>
  vi.waitUntil(() => sockets[at]?.heard.includes(type), { timeout: 5000 });

/** Ends a socket from the server's side, and waits until the page knows. */
async function close(at: number, code: number): Promise<void> {
  const known = new Promise((resolve) => opened[at]?.addEventListener('close', resolve));
  sockets[at]?.socket.close(code);
  await known;
}

describe('a socket that the server closes', () => {
  test.each([4400, SIGNED_OUT])('with %i is not opened again, whatever wakes the page', async (code) => {
    const signal = open();
    await hears(0, 'hello');
    await close(0, code);
    signal.check();
    vi.advanceTimersByTime(60_000);
    signal.check();
    expect(opened).toHaveLength(1);
    expect(signal.send({ type: 'ping' })).toBe(false);
  });

  test.each([1009, 1011, 1012, 1013, 4408])('with %i is opened again', async (code) => {
    open();
    await hears(0, 'hello');
    await close(0, code);
    vi.advanceTimersByTime(3000);
    await hears(1, 'hello');
  });
});

test('nothing is left to be said once all that was kept is settled, and while the server is there', async () => {
  const signal = open();
  expect(signal.isIdle()).toBe(false);
  await hears(0, 'hello');
  expect(signal.isIdle()).toBe(true);
  signal.keep('leave', () => ({ type: 'leave', call: 'call-id' }));
  await hears(0, 'leave');
  expect(signal.isIdle()).toBe(false);
  signal.settle('leave');
  expect(signal.isIdle()).toBe(true);
  await close(0, 1012);
  expect(signal.isIdle()).toBe(false);
});

/** A call on that socket, without devices. */
function callOn(signal: ReturnType<typeof open>, origin: Origin, isGroup: boolean): Call {
  vi.stubGlobal('MediaStream', class {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const nothing = () => {};
  return createCall({
    ...{ origin, isGroup, media: 'voice', ice: { iceServers: [] }, signal },
    local: createLocalMedia({ track: nothing, changed: nothing }),
    screen: createScreenShare({ track: nothing, changed: nothing, problem: nothing, wanted: () => true }),
    isRecording: () => false,
    isSaving: () => false,
    events: {
      ...{ state: nothing, named: nothing, stream: nothing, peerState: nothing },
      ...{ roster: nothing, moved: nothing, carries: nothing },
    },
  });
}

test('who hangs up leaves the call in which theirs goes on as well, whichever comes first', async () => {
  const signal = open();
  await hears(0, 'hello');
  const leaves = () => sockets[0]?.heard.filter((type) => type === 'leave').length;
  for (const [nth, isFirst] of [true, false].entries()) {
    const origin = { role: 'callee' as const, call: `call-${nth}`, candidates: [], over: false };
    const call = callOn(signal, origin, true);
    const moved = { type: 'moved' as const, call: origin.call, to: 'another-call', chat: 1 };
    call.dispatch({ type: 'incoming' });
    call.dispatch({ type: 'accept' });
    await vi.waitUntil(() => sockets[0]?.heard.filter((type) => type === 'join').length === nth + 1);
    if (isFirst) call.message(moved);
    call.dispatch({ type: 'hang-up' });
    if (!isFirst) call.message(moved);
    await vi.waitUntil(() => leaves() === 2 * (nth + 1));
    call.message({ type: 'ended', call: origin.call, reason: 'hung-up', seconds: 0 });
  }
});

test('a ring that is taken back before its call is known is not sent again', async () => {
  const key = 'ring-0001';
  const signal = open();
  const offer = { type: 'offer' as const, sdp: '' };
  signal.keep('ring', () => ({ type: 'ring', key, chat: 1, media: 'voice', offer }));
  await hears(0, 'ring');
  const call = callOn(signal, { role: 'caller', key, chat: 1, quiet: false }, false);
  call.dispatch({ type: 'dial' });
  // Somebody else rang at this person, and has given up.
  call.message({ type: 'ended', call: 'another', reason: 'cancelled', seconds: 0 });
  expect(call.state().name).toBe('calling');
  call.message({ type: 'error', code: 'too-many', about: 'ring' });
  call.dispatch({ type: 'hang-up' });
  expect(call.state()).toMatchObject({ name: 'ended', reason: 'cancelled' });

  await hears(0, 'cancel');
  // The refused ring would be tried again by now.
  vi.advanceTimersByTime(2000);
  await close(0, 1012);
  vi.advanceTimersByTime(3000);
  await hears(1, 'cancel');
  expect(sockets[0]?.heard.filter((type) => type === 'ring')).toHaveLength(1);
  expect(sockets[1]?.heard).not.toContain('ring');

  call.message({ type: 'error', code: 'not-found', about: 'cancel' });
  await close(1, 1012);
  vi.advanceTimersByTime(3000);
  await hears(2, 'hello');
  signal.send({ type: 'ping' });
  await hears(2, 'ping');
  expect(sockets[2]?.heard.filter((type) => type !== 'ping')).toEqual(['hello']);
});
