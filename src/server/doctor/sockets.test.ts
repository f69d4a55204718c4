/** Sockets through real proxies, those that pass them on and those that don't. */
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { portOf } from '../../../test/helpers/checked.ts';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { freePort, startNginx, startProxy } from '../../../test/helpers/proxy.ts';
import { checkSockets } from './sockets.ts';

vi.setConfig({ testTimeout: 20_000 });

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await house.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => house.close());

const NOTHING = { publicUrl: undefined, tls: undefined, port: 443, httpPort: 80 };
const found = (port: number) => checkSockets({ ...NOTHING, publicUrl: `http://127.0.0.1:${port}` });

async function behind(upgrades: boolean) {
  const port = await freePort();
  const proxy = await startProxy({ to: portOf(house.app.server), port, upgrades });
  onTestFinished(() => proxy.close());
  return found(port);
}

test('upgrades are seen to arrive, straight and through a proxy', async () => {
  expect(await found(portOf(house.app.server))).toMatchObject([{ code: 'sockets.pass' }]);
  expect(await behind(true)).toMatchObject([{ code: 'sockets.pass' }]);
});

test('a proxy that drops them is told', async () => {
  expect(await behind(false)).toMatchObject([
    { code: 'sockets.dropped', values: { paths: '/live, /calls/socket' } },
  ]);
});

test('one that passes only those of some paths is told of the others', async () => {
  const port = await freePort();
  const to = portOf(house.app.server);
  const passing = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';
  const location = (path: string, more: string) =>
    `location ${path} { proxy_pass http://127.0.0.1:${to}; proxy_http_version 1.1; ${more} }`;
  const site = `server { listen 127.0.0.1:${port}; ${location('/', '')} ${location('/live', passing)} }`;
  const proxy = await startNginx(site, `http://localhost:${port}`);
  onTestFinished(() => proxy.close());
  expect(await found(port)).toMatchObject([{ code: 'sockets.dropped', values: { paths: '/calls/socket' } }]);
});

test('where something else answers, nothing is known', async () => {
  const server = createServer((_, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => {
    server.close();
  });
  expect(await found(portOf(server))).toMatchObject([{ code: 'sockets.unseen' }]);
  expect(await checkSockets(NOTHING)).toEqual([]);
});
