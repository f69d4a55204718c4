/** A certificate that is renewed while the server runs. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { requireProgram } from '../../../test/helpers/programs.ts';

let folder: string;
let house: House;

const at = (name: string) => join(folder, name);

/** Makes NAME.pem and NAME.key, signed by itself. */
function make(name: string): void {
  const subject = [
    '-subj',
    `/CN=${name}`,
    '-days',
    '2',
    '-keyout',
    at(`${name}.key`),
    '-out',
    at(`${name}.pem`),
  ];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync(requireProgram('openssl'), ['req', '-x509', ...key, ...subject], { stdio: 'ignore' });
}

function port(): number {
  const address = house.app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return address.port;
}

/** Whose certificate a new connection gets. */
const served = () =>
  new Promise<unknown>((resolve, reject) => {
    const socket = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.once('error', reject);
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  for (const name of ['first', 'second']) make(name);
  renameSync(at('first.pem'), at('served.pem'));
  renameSync(at('first.key'), at('served.key'));
  house = await openHouse({ TLS_CERT: at('served.pem'), TLS_KEY: at('served.key') });
  await house.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

test('new connections get the new one, and those that are open go on', async () => {
  const ana = await house.person('ana');
  const origin = `https://127.0.0.1:${port()}`;
  const socket = new WebSocket(`wss://127.0.0.1:${port()}/live`, {
    rejectUnauthorized: false,
    headers: { origin, cookie: ana.cookie },
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  expect(await served()).toBe('first');
  renameSync(at('second.pem'), at('served.pem'));
  renameSync(at('second.key'), at('served.key'));
  house.clock.advance(60_000);
  expect(await served()).toBe('second');
  const answered = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
  socket.send('nonsense');
  expect(await answered).toBeTruthy();
  expect(socket.readyState).toBe(WebSocket.OPEN);
  socket.terminate();
});

test('while only one file is new, or one is away or damaged, the old one is served', async () => {
  renameSync(at('second.pem'), at('served.pem'));
  house.clock.advance(60_000);
  expect(await served()).toBe('first');
  rmSync(at('served.key'));
  house.clock.advance(60_000);
  expect(await served()).toBe('first');
  writeFileSync(at('served.key'), 'not a key');
  house.clock.advance(60_000);
  expect(await served()).toBe('first');
  renameSync(at('second.key'), at('served.key'));
  house.clock.advance(60_000);
  expect(await served()).toBe('second');
});

const rights = (path: string) => statSync(path).mode & 0o777;

test('a key is closed to everyone at the start and whenever it is renewed; a group keeps what it has', async () => {
  expect(rights(at('served.key'))).toBe(0o600);
  chmodSync(at('second.key'), 0o644);
  renameSync(at('second.pem'), at('served.pem'));
  renameSync(at('second.key'), at('served.key'));
  house.clock.advance(60_000);
  expect(await served()).toBe('second');
  expect(rights(at('served.key'))).toBe(0o640);
  chmodSync(at('served.key'), 0o664);
  await house.restart();
  expect(rights(at('served.key'))).toBe(0o660);
  chmodSync(at('served.key'), 0o440);
  await house.restart();
  expect(rights(at('served.key'))).toBe(0o440);
});

// A disk that is read-only is one way to have a key that can't be closed, and only root mounts one.
test.runIf(process.getuid?.() === 0)('a key that stays open to everyone is refused', async () => {
  const disk = mkdtempSync(join(tmpdir(), 'porchlight-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', disk]);
  onTestFinished(() => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });
  const mounted = (how: string) => execFileSync('mount', ['-o', `remount,${how}`, disk]);
  for (const name of ['pem', 'key']) copyFileSync(at(`second.${name}`), join(disk, `porch.${name}`));
  const key = join(disk, 'porch.key');
  chmodSync(key, 0o644);
  mounted('ro');
  const environment = { TLS_CERT: join(disk, 'porch.pem'), TLS_KEY: key };
  await expect(openHouse(environment)).rejects.toThrow(
    `TLS_KEY can be read by everyone on this machine, and this server may not change that: chmod o-rwx ${key}`,
  );

  // Renewed as such it isn't taken up, until somebody closes it.
  for (const name of ['pem', 'key']) {
    rmSync(at(`served.${name}`));
    symlinkSync(join(disk, `porch.${name}`), at(`served.${name}`));
  }
  house.clock.advance(60_000);
  expect(await served()).toBe('first');
  mounted('rw');
  chmodSync(key, 0o640);
  house.clock.advance(60_000);
  expect(await served()).toBe('second');
});
