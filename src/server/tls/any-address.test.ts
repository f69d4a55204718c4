import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { anyAddress } from './any-address.ts';

test('both IPv6 and IPv4 reach a server that was told nothing', async () => {
  const host = await anyAddress();
  const server = createServer((socket) => socket.end('here'));
  server.listen({ host, port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const hear = async (from: string) => {
    const socket = connect(address.port, from);
    const [data] = await once(socket, 'data');
    socket.destroy();
    return String(data);
  };
  expect(await hear('127.0.0.1')).toBe('here');
  if (address.family === 'IPv6') expect(await hear('::1')).toBe('here');
  server.close();
  // A machine whose tests run with IPv6 must have taken it.
  const has6 = Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6'));
  if (has6) expect(address.family).toBe('IPv6');
});

test('where the first is not to be had, the next is taken', async () => {
  // RFC 5737: an address for documents, which no machine has.
  expect(await anyAddress(['192.0.2.1', '127.0.0.1'])).toBe('127.0.0.1');
});
