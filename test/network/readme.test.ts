/** What the README says under "From outside the house", done as it says: a name, a certificate, a relay, two homes, a call. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp } from '../helpers/calls.ts';
import { picturesChange } from '../helpers/media.ts';
import { type Pebble, startPebble } from '../helpers/pebble.ts';
import { eventually } from '../helpers/poll.ts';
import { serverEnvironment } from '../helpers/server.ts';
import { fill, find, follow, textOf } from '../helpers/ui.ts';
import { buildHome, buildProvider, isListening, type Nat, RELAY_TLS_PORT, SERVER } from './lab.ts';
import { noteConnections, wayToRelay } from './measure.ts';

const ROOT = join(import.meta.dirname, '../..');
const NAME = 'porchlight.example';
/** The line that starts all of it. */
const COMMAND = `TURN=auto PUBLIC_URL=https://${NAME} TLS=acme npm start`;

let folder: string;
let pebble: Pebble;
let server: ChildProcess;
let browsers: OpenBrowser[];
let output: string;

beforeEach(async () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`\n${COMMAND}\n`);
  buildProvider();
  browsers = [];
  output = '';
  folder = mkdtempSync(join(tmpdir(), 'porchlight-readme-'));
  // Everybody here asks the name server that pebble brings, the server and the homes alike.
  const resolver = join(folder, 'resolv.conf');
  writeFileSync(resolver, `nameserver ${SERVER}\n`);
  pebble = await startPebble({ validFor: 90 * 24 * 3600, httpPort: 80, dnsFor: `${SERVER}:53` });
  await pebble.point(NAME, SERVER);
  execFileSync('mount', ['--bind', resolver, '/etc/resolv.conf']);
  server = spawn('sh', ['-c', COMMAND], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...serverEnvironment(join(folder, 'data'), {}),
      // The one thing that is said otherwise: the authority is pebble, whose own certificate nobody knows.
      ...{ HOST: undefined, ACME_DIRECTORY: pebble.directory, NODE_EXTRA_CA_CERTS: pebble.certificate },
    },
  });
  for (const stream of [server.stdout, server.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
});
afterEach(async () => {
  for (const browser of browsers) await browser.close();
  await stop(server);
  execFileSync('umount', ['/etc/resolv.conf']);
  await pebble.close();
  // What it started may write for a moment longer.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  expect(browsers.flatMap(({ problems }) => problems)).toEqual([]);
});

/** Ends a command with all that it has started, which has a group of its own. */
async function stop(command: ChildProcess): Promise<void> {
  if (command.pid === undefined || command.exitCode !== null || command.signalCode !== null) return;
  const ended = once(command, 'exit');
  process.kill(-command.pid, 'SIGTERM');
  await ended;
}

/** A page on a device in a home of its own, which trusts the authority. */
async function openIn(nat: Nat, size: { width: number; height: number }): Promise<Page> {
  const trusts = join(folder, 'authority.pem');
  writeFileSync(trusts, await pebble.root());
  const { namespace } = buildHome(nat);
  const browser = await openBrowser({
    ...{ trusts, camera: 'green', frameRate: 8 },
    network: { namespace, origin: `https://${NAME}` },
  });
  browsers.push(browser);
  const page = await browser.newPage(size);
  await noteConnections(page);
  return page;
}

async function signUp(page: Page, displayName: string, button: string): Promise<void> {
  await fill(page, 'Display name', displayName);
  await fill(page, 'Username', displayName.toLowerCase());
  await fill(page, 'Password', `${displayName} keeps the light on`);
  await follow(page, 'button', button);
}

test('one command, and a grandmother whose router lets only TLS through can be called', async () => {
  const setup = await eventually(
    'the link for the owner',
    () => /https:\/\/porchlight\.example\/setup\?code=\S+/.exec(output)?.[0],
    120_000,
    () => output,
  );
  const anna = await openIn('easy', { width: 1280, height: 800 });
  // Whoever types the name alone is led to https.
  await eventually(
    'the certificate to be there',
    async () => {
      // Until then https refuses.
      await anna.goto(`http://${NAME}/`).catch(() => undefined);
      return anna.url().startsWith(`https://${NAME}/login`);
    },
    60_000,
    () => output,
  );
  // Which its relay is given at once, and starts anew.
  await eventually(
    'the relay to have it',
    () => isListening(SERVER, RELAY_TLS_PORT),
    10_000,
    () => output,
  );
  await anna.goto(setup);
  await signUp(anna, 'Anna', 'Create account');
  await anna.goto(`https://${NAME}/friends`);
  await follow(anna, 'button', 'Create invitation');
  const [invitation] = /https:\/\/porchlight\.example\/join\/\S+/.exec(await textOf(anna)) ?? [];
  if (invitation === undefined) throw new Error('there is no invitation');

  const phone = await openIn('only-tls', { width: 360, height: 740 });
  await phone.goto(invitation);
  await signUp(phone, 'Grandma', 'Join');
  await find(phone, 'log', 'Messages');

  await anna.goto(`https://${NAME}/chats`);
  await follow(anna, 'link', 'Grandma');
  await dial(anna, 'video');
  await accept(phone);
  await connected(anna, phone);
  await picturesChange(anna, 'Grandma');
  await picturesChange(phone, 'Anna');
  expect(await wayToRelay(phone)).toBe('tls');
  await hangUp(anna, phone);
}, 240_000);
