/** What sockets may take of the server, at the edges of each bound. */
import { expect, test } from 'vitest';
import { createSocketBounds, type Outlet } from './socket-bounds.ts';

const BOUNDS = { perSession: 2, perPerson: 3, buffered: 100, bufferedByPerson: 150 };

/** A socket of which so many bytes wait after each send. */
function outlet() {
  const happened: string[] = [];
  const socket: Outlet & { readyState: number; bufferedAmount: number } = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send(data, _options, done) {
      happened.push(`sent ${data}`);
      done();
    },
    close: (code) => void happened.push(`closed ${code}`),
    terminate() {
      happened.push('terminated');
      socket.bufferedAmount = 0;
    },
  };
  return { socket, happened };
}

test('a session has so many sockets, a person so many of all, and who leaves makes room', () => {
  const admit = createSocketBounds(BOUNDS);
  const [phone, tablet] = [outlet(), outlet()];
  const first = admit(phone.socket, 1, 'phone');
  expect([first, admit(phone.socket, 1, 'phone')].every(Boolean)).toBe(true);
  expect(admit(phone.socket, 1, 'phone')).toBeUndefined();
  expect(phone.happened).toEqual(['closed 1013']);
  expect(admit(tablet.socket, 1, 'tablet')).toBeDefined();
  expect(admit(tablet.socket, 1, 'tablet')).toBeUndefined();
  expect(tablet.happened).toEqual(['closed 1013']);
  expect(admit(outlet().socket, 2, 'of somebody else')).toBeDefined();
  first?.leave();
  expect(admit(tablet.socket, 1, 'tablet')).toBeDefined();
});

test('nothing is sent to a socket that has ended, and who is sent something hears of it', () => {
  const admit = createSocketBounds(BOUNDS);
  const { socket, happened } = outlet();
  const line = admit(socket, 1, 'phone');
  let written = 0;
  line?.send('hello', () => {
    written += 1;
  });
  socket.readyState = 2;
  line?.send('too late', () => {
    written += 1;
  });
  expect([happened, written]).toEqual([['sent hello'], 1]);
});

test('a send that fails is no news for who waits for it', () => {
  const admit = createSocketBounds(BOUNDS);
  const { socket } = outlet();
  socket.send = (_data, _options, done) => done(new Error('broken'));
  let written = 0;
  admit(socket, 1, 'phone')?.send('hello', () => {
    written += 1;
  });
  expect(written).toBe(0);
});

test('one that takes nothing any more is cut off, one at its bound isn’t', () => {
  const admit = createSocketBounds(BOUNDS);
  const { socket, happened } = outlet();
  const line = admit(socket, 1, 'phone');
  socket.bufferedAmount = 100;
  line?.send('still');
  expect(happened).toEqual(['sent still']);
  socket.bufferedAmount = 101;
  line?.send('no more');
  expect(happened).toEqual(['sent still', 'terminated']);
});

test('of a person’s sockets that don’t read, the worst is cut off, and nobody else’s', () => {
  const admit = createSocketBounds(BOUNDS);
  const [some, most, others] = [outlet(), outlet(), outlet()];
  const [line] = [some, most].map(({ socket }) => admit(socket, 1, 'phone'));
  admit(others.socket, 2, 'of somebody else');
  some.socket.bufferedAmount = 60;
  most.socket.bufferedAmount = 90;
  others.socket.bufferedAmount = 99;
  line?.send('at the bound');
  expect(most.happened).toEqual([]);
  most.socket.bufferedAmount = 91;
  line?.send('beyond it');
  expect([some.happened, most.happened, others.happened]).toEqual([
    ['sent at the bound', 'sent beyond it'],
    ['terminated'],
    [],
  ]);
});
