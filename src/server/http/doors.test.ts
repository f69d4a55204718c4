/** What is refused before anything is done for it: sockets where there is none, and bodies that take for ever. */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type House, openHouse, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';

let house: House;
let ana: Person;
let port: number;
let open: Socket[];

beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  const address = house.app.server.address();
  port = typeof address === 'object' && address ? address.port : 0;
  open = [];
});
afterEach(async () => {
  for (const socket of open) socket.destroy();
  await house.close();
});

/** The status that an upgrade at this address gets. */
async function upgrade(path: string, cookie = ''): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { cookie } });
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
  });
}

test('a socket opens where there is one, and at no other address', async () => {
  for (const path of ['/login', '/healthz', '/static/favicon.svg', '/nothing', '/chats'])
    for (const cookie of ['', ana.cookie]) expect([400, 404], path).toContain(await upgrade(path, cookie));
  expect(await upgrade('/live', ana.cookie)).toBe(101);
  expect(await upgrade('/calls/socket', ana.cookie)).toBe(101);
});

/** Begins a request whose body doesn't come to its end. `said` is the answer so far, `isOver` that it was cut off. */
function begin(head: string[]) {
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  let said = '';
  let isOver = false;
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isOver = true;
  });
  socket.write(`${[...head, 'host: 127.0.0.1', 'content-length: 1000', '', ''].join('\r\n')}a=1`);
  return { said: () => said, isOver: () => isOver };
}

/** Until the server has begun with as many requests as were sent. */
async function underWay(count: number): Promise<void> {
  await eventually('the requests to have come', async () => {
    const connections = await new Promise<number>((resolve) =>
      house.app.server.getConnections((_error, number) => resolve(number)),
    );
    return connections === count;
  });
  // What they sent at once is read in the turn after they connected.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const FORM = 'content-type: application/x-www-form-urlencoded';
const FILES = 'content-type: multipart/form-data; boundary=x';

test('a form has a minute to come in, and a file only from somebody who is signed in more', async () => {
  const form = begin(['POST /login HTTP/1.1', FORM]);
  const refused = begin(['POST /chats/1 HTTP/1.1', FILES]);
  const nowhere = begin(['POST /nothing HTTP/1.1', FORM]);
  const own = begin(['POST /settings HTTP/1.1', FORM, `cookie: ${ana.cookie}`]);
  const file = begin(['POST /chats/1 HTTP/1.1', FILES, `cookie: ${ana.cookie}`]);
  await underWay(5);
  house.clock.advance(60_000);
  await eventually('the slow ones to be cut off', () =>
    [form, refused, nowhere, own].every(({ isOver }) => isOver()),
  );
  expect(form.said()).toContain('HTTP/1.1 408');
  expect(form.said()).toContain('took too long');
  expect(own.said()).toContain('HTTP/1.1 408');
  expect(file.isOver()).toBe(false);
});

test('a form that came in time is not cut off later', async () => {
  const page = await ana.post('/settings', { locale: 'en' });
  expect(page.statusCode).toBe(303);
  house.clock.advance(120_000);
  expect((await ana.get('/settings')).statusCode).toBe(200);
});
