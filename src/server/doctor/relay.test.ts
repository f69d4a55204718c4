/** Relays as they are: the system's coturn on loopback, set up well and otherwise. */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { makeAuthority } from '../../../test/helpers/certificates.ts';
import { codesOf } from '../../../test/helpers/checked.ts';
import { startCoturn, TURN_SECRET } from '../../../test/helpers/coturn.ts';
import { freePort } from '../../../test/helpers/proxy.ts';
import { readConfig } from '../config.ts';
import { configurationText, PORTS } from '../relay/configuration.ts';
import { RELAY_FOLDER, writeConfiguration } from '../relay/configuration-file.ts';
import { findProgram } from '../relay/program.ts';
import { ATTRIBUTE, CLASS, decode, encode, METHOD, xorAddress } from '../relay/stun-message.ts';
import { checkRelay } from './relay.ts';
import { checkStun } from './stun.ts';
import { targetsOf } from './targets.ts';

vi.setConfig({ testTimeout: 40_000 });

const HERE = '127.0.0.1';
const AUTH = ['use-auth-secret', `static-auth-secret=${TURN_SECRET}`];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-relay-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const targets = (environment: Record<string, string>) =>
  targetsOf(readConfig({ DATA_DIR: folder, ...environment }));

/** A relay elsewhere, with whatever else it is told. */
async function relay(lines?: string[], certificate?: { cert: string; key: string }) {
  const coturn = await startCoturn(lines, certificate);
  onTestFinished(() => coturn.close());
  return coturn;
}

const found = (urls: string[], secret = TURN_SECRET, more: Record<string, string> = {}) =>
  checkRelay(targets({ TURN_URLS: urls.join(','), TURN_SECRET: secret, ...more }));

test('a relay that relays is said to, for each of its addresses', async () => {
  const { certify } = makeAuthority(folder);
  const { port, securePort } = await relay(undefined, certify('relay', [`IP:${HERE}`], 60));
  const [udp, tcp, tls] = [
    `turn:${HERE}:${port}?transport=udp`,
    `turn:${HERE}:${port}?transport=tcp`,
    `turns:${HERE}:${securePort}`,
  ];
  expect(await found([udp, tcp, tls])).toMatchObject([
    { code: 'relay.works', values: { url: udp, address: HERE } },
    { code: 'relay.works', values: { url: tcp } },
    // Nobody has told this process to trust its authority.
    { code: 'relay.certificate', values: { url: tls, host: HERE } },
    { code: 'relay.works', values: { url: tls } },
  ]);
});

test('an address that is good only within the house is told where others should reach it', async () => {
  const { port } = await relay();
  expect(
    codesOf(await found([`turn:${HERE}:${port}`], TURN_SECRET, { PUBLIC_URL: 'http://a.example' })),
  ).toEqual(['relay.works', 'relay.private']);
});

test('one that does not forward to itself is told, as it could not be tried', async () => {
  const { port } = await relay(AUTH);
  expect(await found([`turn:${HERE}:${port}`])).toMatchObject([
    { code: 'relay.no-self', values: { address: HERE } },
  ]);
});

test('one that loses what is sent through it is told', async () => {
  // By RFC 5737 nobody has this address, which it gives out as its own. From loopback nothing can be sent there either.
  const lost = [...AUTH, 'allow-loopback-peers', 'external-ip=192.0.2.7'];
  const { port } = await relay(lost);
  expect(await found([`turn:${HERE}:${port}`])).toMatchObject([
    { code: 'relay.lost', values: { address: '192.0.2.7' } },
  ]);
});

test('another secret, a full relay and an open one are three things', async () => {
  const strict = await relay([...AUTH, 'user-quota=1']);
  const url = `turn:${HERE}:${strict.port}`;
  expect(codesOf(await found([url], 'another secret'))).toEqual(['relay.credentials']);
  expect(await found([url])).toMatchObject([{ code: 'relay.full', values: { status: 486 } }]);
  const open = await relay(['no-auth', 'allow-loopback-peers']);
  expect(codesOf(await found([`turn:${HERE}:${open.port}`]))).toEqual(['relay.open', 'relay.works']);
});

test('credentials that a relay refuses at first, as one does that has just been started, are tried again', async () => {
  // It finds its secret in its database, where there is none yet.
  const { port, database } = await relay(['use-auth-secret', 'allow-loopback-peers']);
  const findings = found(['udp', 'tcp'].map((way) => `turn:${HERE}:${port}?transport=${way}`));
  const secret = ['-s', TURN_SECRET, '-r', 'porchlight', '-b', database];
  // By then it has refused once, and is asked again half a second after that.
  await setTimeout(250);
  await promisify(execFile)(findProgram('turnadmin') ?? '', secret, { cwd: folder });
  expect(codesOf(await findings)).toEqual(['relay.works', 'relay.works']);
});

test('nobody there, and an address that browsers can not use, are told', async () => {
  const port = await freePort();
  expect(
    codesOf(await found([`turn:${HERE}:${port}?transport=tcp`, 'turns:a.example?transport=udp'])),
  ).toEqual(['relay.refused', 'relay.url']);
});

test('without a relay it is said, and what that means is a note', async () => {
  expect(codesOf(await checkRelay(targets({})))).toEqual(['relay.none']);
});

/** As the server leaves it when it has started its relay. */
function startedOn(plain: number, own = HERE): void {
  const configuration = {
    ...{ folder, secret: TURN_SECRET, addresses: [{ own, outside: undefined }], networks: [] },
    ...{ ports: { ...PORTS, plain }, certificate: undefined, listenOn: undefined },
  };
  writeConfiguration(join(folder, RELAY_FOLDER), configurationText(configuration));
}

test('the house’s own relay is found by what it was started with', async () => {
  expect(codesOf(await checkRelay(targets({ TURN: 'auto' })))).toEqual(['relay.not-started']);
  const { port } = await relay();
  startedOn(port);
  const own = targets({ TURN: 'auto' });
  expect(codesOf(await checkRelay(own))).toEqual(['relay.works', 'relay.works']);
  expect(await checkStun(own)).toMatchObject([
    { code: 'stun.answers', values: { url: `stun:${HERE}:${port}`, address: HERE } },
  ]);
});

test('where it answers on its machine only, the router is to be looked at', async () => {
  const { port } = await relay();
  startedOn(port);
  // Another address of this machine, at which it doesn't listen.
  const codes = codesOf(await checkRelay(targets({ TURN: 'auto', PUBLIC_URL: 'http://127.0.0.2' })));
  expect(new Set(codes)).toEqual(new Set(['relay.only-here']));
});

test('STUN servers are asked, and compared with the address that the house is said to have', async () => {
  const { port } = await relay();
  const url = `stun:${HERE}:${port}`;
  const found = async (environment: Record<string, string>) =>
    codesOf(await checkStun(targets({ STUN_URLS: url, ...environment })));
  expect(await found({})).toEqual(['stun.answers']);
  // What it sees from inside the house says nothing about the outside.
  expect(await found({ PUBLIC_ADDRESS: '203.0.113.7' })).toEqual(['stun.answers']);
  expect(codesOf(await checkStun(targets({ STUN_URLS: `stun:${HERE}:${await freePort()}` })))).toEqual([
    'stun.silent',
  ]);
  expect(codesOf(await checkStun(targets({ STUN_URLS: 'stun:' })))).toEqual(['stun.url']);
  expect(await checkStun(targets({}))).toEqual([]);
});

test('a STUN server that sees another address than it should is told', async () => {
  // It answers with an address for documents (RFC 5737), as if it were far away.
  const socket = createSocket('udp4');
  onTestFinished(() => {
    socket.close();
  });
  socket.on('message', (bytes, { port, address }) => {
    const asked = decode(bytes);
    if (!asked) return;
    const seen = xorAddress({ address: '198.51.100.9', port: 5000 }, asked.transaction);
    const answer = encode(METHOD.binding | CLASS.success, asked.transaction, [
      [ATTRIBUTE.xorMappedAddress, seen],
    ]);
    socket.send(answer, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, HERE, () => resolve()));
  const url = `stun:${HERE}:${socket.address().port}`;
  const at = (address: string) => checkStun(targets({ STUN_URLS: url, PUBLIC_ADDRESS: address }));
  expect(codesOf(await at('198.51.100.9'))).toEqual(['stun.answers']);
  expect(await at('203.0.113.7')).toMatchObject([
    { code: 'stun.another-address', values: { address: '198.51.100.9', expected: '203.0.113.7' } },
  ]);
});
