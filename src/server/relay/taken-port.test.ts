import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../test/helpers/proxy.ts';
import { takenPort } from './taken-port.ts';

const HERE = ['127.0.0.1'];

test('a port is taken by whoever listens there, by TCP or by UDP, and free once they have gone', async () => {
  const [free, tcp, udp] = [await freePort(), await freePort(), await freePort()];
  const server = createServer().listen(tcp, '127.0.0.1');
  const socket = createSocket('udp4');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  socket.bind(udp, '127.0.0.1');
  await once(socket, 'listening');
  expect(await takenPort([free], HERE)).toBeUndefined();
  expect(await takenPort([free, tcp], HERE)).toBe(tcp);
  expect(await takenPort([udp, free], HERE)).toBe(udp);
  // Also where all addresses are wanted, and one of them is taken.
  expect(await takenPort([udp], ['0.0.0.0'])).toBe(udp);
  socket.close();
  await once(socket, 'close');
  expect(await takenPort([udp, free], HERE)).toBeUndefined();
});

test('what can not be tried is left to the relay', async () => {
  // RFC 5737: an address for documents, which no machine has.
  expect(await takenPort([await freePort()], ['192.0.2.1'])).toBeUndefined();
});
