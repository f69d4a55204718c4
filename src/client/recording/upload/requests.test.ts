/** Answers that are not our server's: nothing may be dropped or believed on their word. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { createRequests } from './requests.ts';

const label = { key: 'k'.repeat(32), owner: 1, call: 'c', mode: 'everyone', mimeType: 'video/webm' };
const chunk = { uploadUrl: '/recordings/upload/x', offset: 0, bytes: new Uint8Array(3) };

test.each([
  ['a café’s login page', 200],
  ['its page for what it doesn’t have', 404],
  ['a proxy whose server is away', 502],
  ['a proxy that takes no large requests', 413],
])('%s is nobody', async (_what, status) => {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const requests = createRequests(`http://localhost:${address.port}`, {});
  const nobody = status === 413 ? { away: true, tooLarge: true } : { away: true };
  expect(await requests.create(label)).toEqual(nobody);
  expect(await requests.offset(chunk.uploadUrl)).toEqual(nobody);
  expect(await requests.patch(chunk)).toEqual(nobody);
  expect(await requests.pending()).toEqual(nobody);
  server.close();
  server.closeAllConnections();
});

test('our server’s own page about a full disk is its word', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(507, { 'content-type': 'text/html', 'tus-resumable': '1.0.0' }).end('<h1>Full</h1>');
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const requests = createRequests(`http://localhost:${address.port}`, {});
  expect(await requests.patch(chunk)).toEqual({ refused: { status: 507, message: '' } });
  server.close();
  server.closeAllConnections();
});
