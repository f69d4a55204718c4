/** The address that others use, seen from here: a real house, and whatever may stand in its place. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { codesOf, portOf, targetsFor } from '../../../test/helpers/checked.ts';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { freePort, startProxy } from '../../../test/helpers/proxy.ts';
import { checkAddress } from './address.ts';
import { checkServer } from './server.ts';

vi.setConfig({ testTimeout: 20_000 });

const HERE = '127.0.0.1';

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await house.app.listen({ port: 0, host: HERE });
});
afterEach(() => house.close());

const at = (port: number, scheme = 'http') => `${scheme}://${HERE}:${port}`;

/** What is found where PUBLIC_URL is this. The first is always that the name is this machine's own. */
async function found(publicUrl: string) {
  const findings = await checkAddress(targetsFor(house, { PUBLIC_URL: publicUrl }));
  expect(codesOf(findings)[0]).toBe('address.local');
  return findings.slice(1);
}

async function listening<Listening extends Server | ReturnType<typeof createTcpServer>>(
  server: Listening,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, HERE, () => resolve()));
  onTestFinished(() => {
    server.close();
  });
  return portOf(server);
}

const answering = (answer: RequestListener) => listening(createServer(answer));

test('without PUBLIC_URL there is nothing to look at', async () => {
  expect(codesOf(await checkAddress(targetsFor(house)))).toEqual(['address.unset']);
});

test('a name that nobody knows is told', async () => {
  // No name server is asked for one that can't be.
  const targets = targetsFor(house, { PUBLIC_URL: 'http://porch..example' });
  expect(await checkAddress(targets)).toMatchObject([
    { code: 'address.unknown', values: { name: 'porch..example', detail: 'ENOTFOUND' } },
  ]);
});

test('this house is known when it answers, also through a proxy', async () => {
  const direct = at(portOf(house.app.server));
  expect(await found(direct)).toMatchObject([
    { code: 'address.reached', values: { url: direct, address: HERE } },
  ]);
  const port = await freePort();
  const proxy = await startProxy({ to: portOf(house.app.server), port });
  onTestFinished(() => proxy.close());
  expect(codesOf(await found(at(port)))).toEqual(['address.reached']);
});

test('another house is not this one', async () => {
  const other = await openHouse();
  onTestFinished(() => other.close());
  await other.app.listen({ port: 0, host: HERE });
  expect(codesOf(await found(at(portOf(other.app.server))))).toEqual(['address.another']);
  const elsewhere = { ...targetsFor(house), port: portOf(other.app.server) };
  expect(codesOf(await checkServer(elsewhere))).toEqual(['server.another']);
});

test('a server whose key is not to be read may be this one', async () => {
  const targets = { ...targetsFor(house), dataDir: '/nowhere', publicUrl: at(portOf(house.app.server)) };
  expect(codesOf(await checkAddress(targets))).toEqual(['address.local', 'address.unproven']);
  expect(codesOf(await checkServer(targets))).toEqual(['server.unproven']);
});

test.each<[string, RequestListener, object]>([
  [
    'leads on',
    (_, response) => response.writeHead(301, { location: 'https://other.example/' }).end(),
    { code: 'address.redirected', values: { location: 'https://other.example/' } },
  ],
  [
    'is a proxy without a server behind',
    (_, response) => response.writeHead(502).end('Bad Gateway'),
    { code: 'address.gateway', values: { status: 502 } },
  ],
  [
    'is the page of a router',
    (_, response) => response.end('Welcome to your new router'),
    { code: 'address.elsewhere', values: { status: 200 } },
  ],
  [
    'never ends its answer',
    (_, response) => void response.write('x'.repeat(10_000)),
    { code: 'address.elsewhere' },
  ],
])('what answers and %s is told', async (_, answer, finding) => {
  expect(await found(at(await answering(answer)))).toMatchObject([finding]);
});

test('what others say is cleaned of what would steer a terminal', async () => {
  const port = await answering((_, response) =>
    response.writeHead(302, { location: `https://a.example/\u009b31m${'x'.repeat(1000)}` }).end(),
  );
  const [finding] = await found(at(port));
  expect(finding?.values.location).toMatch(/^https:\/\/a\.example\/ 31mx+$/);
  expect(String(finding?.values.location)).toHaveLength(300);
});

test('nobody there, nobody who answers, and no https are three things', async () => {
  const silent = await listening(createTcpServer((socket) => socket.on('error', () => {})));
  const plain = portOf(house.app.server);
  expect(codesOf(await found(at(await freePort())))).toEqual(['address.refused']);
  expect(codesOf(await found(at(silent)))).toEqual(['address.silent']);
  expect(codesOf(await found(at(plain, 'https')))).toEqual(['address.no-tls']);
});

test('a server that hangs up is told', async () => {
  const port = await listening(createTcpServer((socket) => socket.on('error', () => {}).destroy()));
  expect(await found(at(port))).toMatchObject([{ code: 'address.failed', values: { detail: 'ECONNRESET' } }]);
});

test('each address of a name is asked, and those that answer are told together', async () => {
  // Of its two the house listens at one.
  const targets = targetsFor(house, { PUBLIC_URL: `http://localhost:${portOf(house.app.server)}` });
  const [local, reached] = await checkAddress(targets);
  expect([local?.code, reached?.code]).toEqual(['address.local', 'address.reached']);
  expect(reached?.values.address).toBe(HERE);
});

test('the server itself is asked past any proxy, and says what is the matter with it', async () => {
  const targets = targetsFor(house);
  expect(await checkServer(targets)).toMatchObject([
    { code: 'server.runs', values: { address: at(targets.port) } },
  ]);
  expect(codesOf(await checkServer({ ...targets, port: await freePort() }))).toEqual(['server.away']);
  const port = await answering((_, response) => response.end('not Porchlight'));
  expect(codesOf(await checkServer({ ...targets, port }))).toEqual(['server.another']);
});
