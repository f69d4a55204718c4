/** The relay as it is: the system's coturn on loopback, and what pages are told of it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import fastify from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { requireProgram } from '../../../test/helpers/programs.ts';
import { freePort } from '../../../test/helpers/proxy.ts';
import { iceFor } from '../calls/ice.ts';
import type { Ports } from './configuration.ts';
import { createCoturn } from './coturn.ts';
import { serverIn } from './stun-line.ts';
import { type Allocation, allocate, type Credentials } from './turn-client.ts';

const HERE = '127.0.0.1';
const HERE6 = '::1';
/** RFC 5737: addresses for documents. */
const OUTSIDE = '203.0.113.7';
const ELSEWHERE = '198.51.100.1';

let folder: string;
let clock: FakeClock;
let ports: Ports;
/** What the machine has, and what its name stands for. */
let own: string[];
let named: string[];
/** Its networks on the internet. */
let interfaces: string[];
/** How often the machine was looked at. */
let looks: number;
let logged: string[];
let failed: unknown[];
/** What a test has opened, to be closed after it. */
let open: { close(): unknown }[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-relay-'));
  clock = fakeClock(Date.now());
  ports = { plain: await freePort(), secure: await freePort(), first: 49160, last: 49559 };
  [own, named, interfaces, looks] = [[HERE], [OUTSIDE], [], 0];
  [logged, failed, open] = [[], [], []];
});
afterEach(async () => {
  for (const one of open.reverse()) await one.close();
  rmSync(folder, { recursive: true });
  expect(failed).toEqual([]);
});

/** Puts a certificate of this name where the server has its own. */
function certify(name: string): { cert: string; key: string } {
  const made = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${made.key}.new`,
  ];
  const about = ['-subj', `/CN=${name}`, '-days', '2', '-out', `${made.cert}.new`];
  execFileSync(requireProgram('openssl'), ['req', '-x509', ...key, ...about], { stdio: 'ignore' });
  for (const path of [made.key, made.cert]) renameSync(`${path}.new`, path);
  return made;
}

function startRelay(tls?: { cert: string; key: string }, at = HERE) {
  const { log } = fastify({ logger: false });
  log.warn = (...words: unknown[]) => void logged.push(String(words.at(-1)));
  const attempt = (_what: string, work: () => unknown) => {
    Promise.resolve()
      .then(work)
      .catch((error) => failed.push(error));
  };
  const config = {
    ...{
      dataDir: folder,
      publicUrl: `http://${at.includes(':') ? `[${at}]` : at}`,
      publicAddress: undefined,
    },
    ...{ stunUrls: ['stun:stun.example'], tls: tls && { by: 'files' as const, ...tls } },
  };
  const machine = {
    own() {
      looks += 1;
      return own;
    },
    interfaces: () => interfaces,
    sourceFor: async () => at,
    lookUp: async () => named,
  };
  const relay = createCoturn(
    requireProgram('turnserver'),
    {
      config,
      clock: { ...clock, at: (moment, run) => clock.at(moment, () => attempt('', run)) },
      background: { attempt },
      log,
    },
    { ports, listenOn: [at], machine },
  );
  open.push({ close: relay.stop });
  relay.start();
  return relay;
}

type Relay = ReturnType<typeof startRelay>;

/** What a page of this person is given, for each way to the relay. */
function waysTo(relay: Relay): { url: string; credentials: Credentials }[] {
  const { iceServers } = iceFor(relay.iceServers(''), 7, Date.now());
  return iceServers.flatMap(({ urls, username = '', credential = '' }) =>
    urls
      .filter((url) => url.startsWith('turn'))
      .map((url) => ({ url, credentials: { username, credential } })),
  );
}

/** Also waits for the relay to be there. */
const allocation = (url: string, credentials: Credentials): Promise<Allocation> =>
  eventually(`an answer from ${url}`, async () => {
    try {
      const server = serverIn(url);
      if (!server) throw new Error(`${url} can't be read`);
      const made = await allocate(server, credentials);
      open.push(made);
      return made;
    } catch (error) {
      // Nobody listens there yet.
      if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return undefined;
      throw error;
    }
  });

/** Whose certificate the relay shows; undefined while it shows none. */
const served = () =>
  new Promise<unknown>((resolve) => {
    const socket = connect({ port: ports.secure, host: HERE, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.once('error', () => resolve(undefined));
  });

/** undefined while the file is still empty. */
const pidOf = () => Number(readFileSync(join(folder, 'relay/turnserver.pid'), 'utf8')) || undefined;

test('by UDP, TCP and TLS it relays for whoever has credentials of ours, and for nobody else', async () => {
  const relay = startRelay(certify('first'));
  const ways = waysTo(relay);
  expect(ways.map(({ url }) => url)).toEqual([
    `turn:${HERE}:${ports.plain}?transport=udp`,
    `turn:${HERE}:${ports.plain}?transport=tcp`,
    `turns:${HERE}:${ports.secure}?transport=tcp`,
  ]);
  expect(relay.iceServers('').stunUrls).toEqual(['stun:stun.example', `stun:${HERE}:${ports.plain}`]);
  for (const { url, credentials } of ways) {
    const made = await allocation(url, credentials);
    expect(made.code, url).toBe(0);
    expect(made.isOpen, url).toBe(false);
    expect(made.relayed?.address, url).toBe(OUTSIDE);
    expect(made.relayed?.port).toBeGreaterThanOrEqual(ports.first);
    expect(made.relayed?.port).toBeLessThanOrEqual(ports.last);
    const wrong = await allocation(url, { ...credentials, credential: `${credentials.credential}x` });
    expect(wrong.code, url).toBe(401);
    const late = { username: `${Math.floor(Date.now() / 1000) - 1}:7`, credential: credentials.credential };
    expect((await allocation(url, late)).code, url).toBe(401);
  }
});

test('one that has just been started refuses nobody, whatever else is asked at the same moment', async () => {
  const ways = waysTo(startRelay(certify('first')));
  // By then it listens, and nobody has asked it for anything that needs credentials.
  await eventually('the certificate', async () => (await served()) === 'first');
  const made = await Promise.all(
    [...ways, ...ways, ...ways].map(({ url, credentials }) => allocation(url, credentials)),
  );
  expect(made.map(({ code }) => code)).toEqual(made.map(() => 0));
});

test('it leads to the internet, and to no machine in the house', async () => {
  const [way] = waysTo(startRelay());
  if (!way) throw new Error('no way to the relay');
  const made = await allocation(way.url, way.credentials);
  expect(await made.permit(ELSEWHERE)).toBe(0);
  for (const peer of [
    '10.0.0.1',
    '192.168.1.20',
    '172.16.0.1',
    '169.254.169.254',
    '100.64.0.1',
    HERE,
    '0.0.0.0',
  ])
    expect(await made.permit(peer), peer).toBe(403);
});

test('by IPv6 as well, and to none of the neighbours that have addresses of the internet', async () => {
  [own, named] = [[HERE6], []];
  interfaces = ['2001:db8:1:2::5/64', '203.0.113.7/24'];
  const [way] = waysTo(startRelay(undefined, HERE6));
  if (!way) throw new Error('no way to the relay');
  const made = await allocation(way.url, way.credentials);
  expect(made.relayed?.address).toBe(HERE6);
  for (const peer of ['2001:db8:1:3::5', '2001:4860:4860::8888'])
    expect(await made.permit(peer), peer).toBe(0);
  for (const peer of [
    '2001:db8:1:2::77',
    '::ffff:192.168.1.1',
    '::ffff:203.0.113.8',
    '64:ff9b::192.168.1.1',
    'fd00::1',
    'fe80::1',
    HERE6,
  ])
    expect(await made.permit(peer), peer).toBe(403);
});

test('a house that gets other networks closes those', async () => {
  const relay = startRelay();
  const permitted = async (peer: string) => {
    const [way] = waysTo(relay);
    return way && (await allocation(way.url, way.credentials)).permit(peer);
  };
  expect(await permitted(ELSEWHERE)).toBe(0);
  interfaces = [`${ELSEWHERE}/29`];
  clock.advance(60_000);
  await eventually(
    'its neighbours to be out of reach',
    async () => (await permitted('198.51.100.2')) === 403,
  );
  expect(await permitted('198.51.100.9')).toBe(0);
});

test('a network that goes is no reason to end what is being relayed', async () => {
  interfaces = ['2001:db8:1:2::5/64', '2001:db8:1:3::5/64'];
  const [way] = waysTo(startRelay());
  if (!way) throw new Error('no way to the relay');
  const made = await allocation(way.url, way.credentials);
  const [pid, before] = [pidOf(), looks];
  interfaces = ['2001:db8:1:3::5/64'];
  clock.advance(60_000);
  await eventually('a look', () => looks > before);
  clock.advance(60_000);
  await eventually('another', () => looks > before + 1);
  expect(await made.permit(ELSEWHERE)).toBe(0);
  expect(pidOf()).toBe(pid);
});

test('what it is told, nobody else on the machine can read', async () => {
  mkdirSync(join(folder, 'relay'), { mode: 0o755 });
  const relay = startRelay();
  const [way] = waysTo(relay);
  if (!way) throw new Error('no way to the relay');
  await allocation(way.url, way.credentials);
  const rights = (path: string) => statSync(join(folder, path)).mode & 0o777;
  expect(rights('relay')).toBe(0o700);
  expect(rights('relay/turnserver.conf')).toBe(0o600);
  const { turn } = relay.iceServers('');
  expect(readFileSync(join(folder, 'relay/turnserver.conf'), 'utf8')).toContain(
    `static-auth-secret=${turn?.secret}\n`,
  );
  await relay.stop();
  expect(startRelay().iceServers('').turn?.secret).not.toBe(turn?.secret);
});

test('a renewed certificate is shown from then on, and what is being relayed goes on', async () => {
  const relay = startRelay(certify('first'));
  await eventually('the first certificate', async () => (await served()) === 'first');
  const way = waysTo(relay).at(-1);
  if (!way) throw new Error('no way to the relay');
  const made = await allocation(way.url, way.credentials);
  const pid = pidOf();
  certify('second');
  clock.advance(60_000);
  await eventually('the second certificate', async () => (await served()) === 'second');
  expect(await made.permit(ELSEWHERE)).toBe(0);
  expect(pidOf()).toBe(pid);
});

test('a first certificate that comes later brings TLS, and one that goes takes nothing away', async () => {
  const awaited = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const relay = startRelay(awaited);
  const [way] = waysTo(relay);
  if (!way) throw new Error('no way to the relay');
  await allocation(way.url, way.credentials);
  expect(waysTo(relay)).toHaveLength(2);
  certify('first');
  clock.advance(60_000);
  await eventually('the first certificate', async () => (await served()) === 'first');
  expect(waysTo(relay)).toHaveLength(3);
  const pid = pidOf();
  rmSync(awaited.key);
  const before = looks;
  clock.advance(60_000);
  await eventually('a look', () => looks > before);
  certify('second');
  clock.advance(60_000);
  await eventually('the second certificate', async () => (await served()) === 'second');
  expect(pidOf()).toBe(pid);
});

test('a certificate that it is told of is taken at once', async () => {
  const awaited = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const relay = startRelay(awaited);
  certify('first');
  relay.renewed();
  await eventually('the first certificate', async () => (await served()) === 'first');
  const pid = pidOf();
  certify('second');
  relay.renewed();
  await eventually('the second certificate', async () => (await served()) === 'second');
  expect(pidOf()).toBe(pid);
});

test('when the house gets another address, it is told', async () => {
  const relay = startRelay();
  const [way] = waysTo(relay);
  if (!way) throw new Error('no way to the relay');
  expect((await allocation(way.url, way.credentials)).relayed?.address).toBe(OUTSIDE);
  named = [ELSEWHERE];
  clock.advance(60_000);
  await eventually('the new address', async () => {
    const { relayed } = await allocation(way.url, way.credentials);
    return relayed?.address === ELSEWHERE;
  });
  expect(logged).toEqual([]);
});

test('a port that is taken is said, and used once it is free', async () => {
  const other = createServer().listen(ports.plain, HERE);
  await once(other, 'listening');
  const relay = startRelay();
  await eventually('the sentence', () => logged.length === 1);
  expect(logged[0]).toMatch(new RegExp(`^Port ${ports.plain} is taken by another program`));
  clock.advance(1000);
  await eventually('pages to be told of none', () => waysTo(relay).length === 0);
  expect(relay.iceServers('').stunUrls).toEqual(['stun:stun.example']);
  other.close();
  await once(other, 'close');
  // Its pauses are two seconds by now, and grow.
  await eventually('the relay', () => {
    clock.advance(4000);
    return logged.length === 1 && waysTo(relay)[0];
  });
  const [way] = waysTo(relay);
  if (!way) throw new Error('no way to the relay');
  expect((await allocation(way.url, way.credentials)).code).toBe(0);
});

test('a machine that has no network yet is waited for', async () => {
  [own, named] = [[], []];
  const relay = startRelay();
  await eventually('the sentence', () => logged.length === 1);
  expect(logged[0]).toMatch(/no network yet/);
  own = [HERE];
  clock.advance(1000);
  const [way] = waysTo(relay);
  if (!way) throw new Error('no way to the relay');
  expect((await allocation(way.url, way.credentials)).relayed?.address).toBe(HERE);
});

/** Also one that has ended and whose parent hasn't asked is gone: it has no command any more. */
const isRunning = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
};

test('when the server is killed, its relay is gone', async () => {
  const here = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const log = '{ info() {}, debug() {}, warn() {} }';
  const server = `
    import { createCoturn } from ${here('coturn.ts')};
    import { systemClock } from ${here('../clock.ts')};
    createCoturn(
      ${JSON.stringify(requireProgram('turnserver'))},
      {
        config: { dataDir: ${JSON.stringify(folder)}, stunUrls: [] },
        clock: systemClock,
        background: { attempt: (what, work) => work() },
        log: ${log},
      },
      {
        ports: ${JSON.stringify(ports)},
        listenOn: ['${HERE}'],
        machine: { own: () => ['${HERE}'], interfaces: () => [], sourceFor: async () => '${HERE}' },
      },
    ).start();
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', server], { stdio: 'ignore' });
  open.push({ close: () => child.kill('SIGKILL') });
  const pid = await eventually('the relay', () => {
    try {
      return pidOf();
    } catch {
      return undefined;
    }
  });
  expect(isRunning(pid)).toBe(true);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  await eventually('its end', () => !isRunning(pid));
});
