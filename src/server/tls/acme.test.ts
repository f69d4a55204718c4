/** Certificates from a real authority, which refuses some of what it is asked on purpose. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { join } from 'node:path';
import { connect } from 'node:tls';
import acme from 'acme-client';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { FORBIDDEN_NAME, type Pebble, startPebble } from '../../../test/helpers/pebble.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { parseAccount } from './acme-messages.ts';

const HOUR = 60 * 60 * 1000;
const VALID_FOR = 3 * HOUR;
/** For an order, with a process that starts and an authority that makes one try again. */
const PATIENCE = 30_000;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let pebble: Pebble;
let house: House | undefined;

beforeAll(async () => {
  pebble = await startPebble({ validFor: VALID_FOR / 1000 });
  // Read by the process that asks it, when that starts.
  process.env.NODE_EXTRA_CA_CERTS = pebble.certificate;
});
afterAll(async () => {
  delete process.env.NODE_EXTRA_CA_CERTS;
  await pebble.close();
});
afterEach(async () => {
  await house?.close();
  house = undefined;
});

async function open(name: string, environment: Record<string, string> = {}): Promise<House> {
  house = await openHouse(
    {
      ...{ TLS: 'acme', PUBLIC_URL: `https://${name}`, ACME_DIRECTORY: pebble.directory },
      ...{ HTTP_PORT: String(pebble.httpPort), HOST: '127.0.0.1', ...environment },
    },
    fakeClock(Date.now()),
  );
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  await house.app.services.tls.open('127.0.0.1');
  return house;
}

const port = ({ app }: House) => {
  const address = app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return address.port;
};

/** The number of the certificate that a new connection gets; rejects where there is none or nobody should trust it. */
const served = async (from: House, name: string) => {
  const ca = await pebble.root();
  return new Promise<string>((resolve, reject) => {
    const options = { port: port(from), host: '127.0.0.1', servername: name, ca };
    const socket = connect(options, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once('error', reject);
  });
};

const status = ({ app }: House) => app.services.tls.status();
const certified = (from: House, what = 'a certificate') =>
  eventually(
    what,
    () => status(from)?.until !== undefined,
    PATIENCE,
    () => status(from)?.failure,
  );
const another = (from: House, name: string, first: string) =>
  eventually(
    'another certificate',
    async () => (await served(from, name)) !== first,
    PATIENCE,
    () => `${JSON.stringify(status(from))} at ${from.clock.now()}`,
  );
const failed = (from: House) => eventually('a failure', () => status(from)?.failure, PATIENCE);

const ask = (path: string, method = 'GET') =>
  new Promise<{ status: number | undefined; location: string | undefined; body: string }>(
    (resolve, reject) => {
      get({ port: pebble.httpPort, host: '127.0.0.1', path, method }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part) => {
          body += part;
        });
        response.once('end', () =>
          resolve({ status: response.statusCode, location: response.headers.location, body }),
        );
      }).once('error', reject);
    },
  );

test('one is got at the first start, and the next in time, under open sockets', async () => {
  const name = 'family.example';
  await pebble.point(name, '127.0.0.1');
  const home = await open(name);
  await expect(served(home, name)).rejects.toThrow();
  await certified(home);
  const first = await served(home, name);
  const folder = join(home.dataDir, 'tls');
  for (const file of ['certificate.pem', 'account.json'])
    expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);

  // A second before a third of it is left: sockets don't live through hours that pass at once.
  const due = (status(home)?.until ?? 0) - VALID_FOR / 3;
  home.clock.advance(due - 1000 - home.clock.now());
  expect(await served(home, name)).toBe(first);
  const ana = await home.person('ana');
  const ca = await pebble.root();
  const sockets = ['/live', '/calls/socket?device=abcdefghijklmnopqrstuv'].map(
    (path) =>
      new WebSocket(`wss://127.0.0.1:${port(home)}${path}`, {
        ...{ ca, servername: name },
        headers: { host: name, origin: `https://${name}`, cookie: ana.cookie },
      }),
  );
  for (const socket of sockets)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));

  home.clock.advance(2000);
  await another(home, name, first);
  expect(sockets.map(({ readyState }) => readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  for (const socket of sockets) socket.terminate();

  // It is there at the next start, and nobody is asked for another.
  const second = await served(home, name);
  await home.restart();
  await home.app.listen({ port: 0, host: '127.0.0.1' });
  await home.app.services.tls.open('127.0.0.1');
  expect(await served(home, name)).toBe(second);
});

test('plain http leads to https, and shows nothing of the house', async () => {
  const home = await open('door.example', { ACME_DIRECTORY: 'https://localhost:1/dir' });
  expect(await ask('/chats?a=b')).toMatchObject({ status: 301, location: 'https://door.example/chats?a=b' });
  expect(await ask('http://elsewhere.example/')).toMatchObject({ location: 'https://door.example/' });
  expect(await ask('//elsewhere.example')).toMatchObject({
    location: 'https://door.example//elsewhere.example',
  });
  expect(await ask('/login', 'POST')).toMatchObject({ status: 403, location: undefined });
  expect(await ask('/.well-known/acme-challenge/guessed')).toMatchObject({ status: 301 });
  // An authority that isn't there.
  expect(await failed(home)).toMatchObject({ trouble: 'away' });
});

test('an account that the authority no longer takes is replaced', async () => {
  const name = 'moved.example';
  await pebble.point(name, '127.0.0.1');
  const home = await open(name);
  await certified(home);
  const first = await served(home, name);
  const path = join(home.dataDir, 'tls/account.json');
  const account = () => parseAccount(readFileSync(path, 'utf8'));
  const { key, url } = account();
  acme.axios.defaults.httpsAgent = new (await import('node:https')).Agent({
    ca: readFileSync(pebble.certificate),
  });
  const client = new acme.Client({ directoryUrl: pebble.directory, accountKey: key, accountUrl: url });
  await client.updateAccount({ status: 'deactivated' });
  home.clock.advance((VALID_FOR * 2) / 3 + 60_000);
  await another(home, name, first);
  expect(account().url).not.toBe(url);
});

test('what is wrong is said to the owner, and it is tried again when that is mended', async () => {
  const name = 'elsewhere.example';
  const other = createServer((_request, response) => response.end('Welcome to your new router'));
  await new Promise<void>((resolve) => other.listen(pebble.httpPort, '127.0.0.2', resolve));
  await pebble.point(name, '127.0.0.2');
  const home = await open(name);
  const ana = await home.person('ana');
  expect(await failed(home)).toMatchObject({ trouble: 'elsewhere' });
  other.close();
  const page = (await ana.get('/admin')).body;
  expect(page).toContain(`Something else answers on port 80 of ${name}.`);
  expect(page).toContain('There is none yet.');
  expect((await ana.get('/admin', { 'accept-language': 'zh-CN' })).body).toContain(
    `${name} 的 80 端口由别的程序应答`,
  );

  await pebble.point(name, '127.0.0.1');
  home.clock.advance(14 * 60_000);
  expect(status(home)?.failure).toBeDefined();
  home.clock.advance(60_000);
  await certified(home);
  expect(status(home)?.failure).toBeUndefined();
  expect((await ana.get('/admin')).body).toContain('It is valid until');
});

test.each([
  ['nobody answers at', 'silent.example', '127.0.0.3', 'unreachable'],
  // Let's Encrypt calls that `dns`; its little sister for tests doesn't.
  ['doesn’t exist', 'missing.example', undefined, 'unreachable'],
  ['gets none', FORBIDDEN_NAME, '127.0.0.1', 'forbidden'],
])('a name that %s is called so', async (_what, name, address, trouble) => {
  if (address) await pebble.point(name, address);
  const home = await open(name);
  expect(await failed(home)).toMatchObject({ trouble });
  expect(existsSync(join(home.dataDir, 'tls/certificate.pem'))).toBe(false);
});
