/** What the README says under "From outside the house", done as it says, with nothing known but what is printed and shown. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp } from '../helpers/calls.ts';
import { picturesChange } from '../helpers/media.ts';
import { startPebble } from '../helpers/pebble.ts';
import { eventually } from '../helpers/poll.ts';
import { serverEnvironment } from '../helpers/server.ts';
import { fill, find, follow, textOf } from '../helpers/ui.ts';
import { buildHome, buildProvider, IN_HOUSE, isListening, RELAY_TLS_PORT, SERVER } from './lab.ts';
import { noteConnections, wayToRelay } from './measure.ts';

const ROOT = join(import.meta.dirname, '../..');
const NAME = 'porchlight.example';
const COMPUTER = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

let folder: string;
let browsers: OpenBrowser[];

beforeEach(() => {
  buildProvider();
  browsers = [];
  folder = mkdtempSync(join(tmpdir(), 'porchlight-readme-'));
});
afterEach(async () => {
  for (const browser of browsers) await browser.close();
  expect(browsers.flatMap(({ problems }) => problems)).toEqual([]);
});

interface Command {
  /** Waits for something that it prints. */
  says(pattern: RegExp): Promise<string>;
  /** Everything that it has printed. */
  output(): string;
}

/** Runs a line of the README until the test is over. */
function run(command: string, environment: Record<string, string | undefined>): Command {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`\n${command}\n`);
  const child = spawn('sh', ['-c', command], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...serverEnvironment(join(folder, 'data'), {}), HOST: undefined, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  onTestFinished(async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      // With all that it has started, which is in a group of its own.
      process.kill(-child.pid, 'SIGTERM');
      await ended;
    }
    // What it started may write for a moment longer.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  return {
    output: () => output,
    says: (pattern) =>
      eventually(
        `it to print ${pattern}`,
        () => pattern.exec(output)?.[0],
        120_000,
        () => output,
      ),
  };
}

/** A page on a device in a home, which trusts an authority or nobody. */
async function openIn(
  { namespace }: { namespace: string },
  { origin, trusts, ...size }: { origin: string; trusts?: string; width: number; height: number },
): Promise<Page> {
  const browser = await openBrowser({
    ...{ camera: 'green', frameRate: 8, network: { namespace, origin } },
    ...(trusts !== undefined && { trusts }),
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

/** The owner signs up with the link that was printed. @returns an invitation */
async function invite(page: Page, setup: string): Promise<string> {
  await page.goto(setup);
  await signUp(page, 'Anna', 'Create account');
  await page.goto(`${new URL(setup).origin}/friends`);
  await follow(page, 'button', 'Create invitation');
  const [invitation] = /https:\S+\/join\/\S+/.exec(await textOf(page)) ?? [];
  if (invitation === undefined) throw new Error('there is no invitation');
  return invitation;
}

/** The owner calls whoever has come by the invitation. */
async function call(annas: Page, phone: Page, invitation: string): Promise<void> {
  await phone.goto(invitation);
  await signUp(phone, 'Grandma', 'Join');
  await find(phone, 'log', 'Messages');
  await annas.goto(`${new URL(invitation).origin}/chats`);
  await follow(annas, 'link', 'Grandma');
  await dial(annas, 'video');
  await accept(phone);
  await connected(annas, phone);
  await picturesChange(annas, 'Grandma');
  await picturesChange(phone, 'Anna');
}

test('one command, and a grandmother whose router lets only TLS through can be called', async () => {
  const pebble = await startPebble({ validFor: 90 * 24 * 3600, httpPort: 80, dnsFor: `${SERVER}:53` });
  onTestFinished(pebble.close);
  await pebble.point(NAME, SERVER);
  // Everybody here asks the name server that pebble brings, the server and the homes alike.
  const resolver = join(folder, 'resolv.conf');
  writeFileSync(resolver, `nameserver ${SERVER}\n`);
  execFileSync('mount', ['--bind', resolver, '/etc/resolv.conf']);
  onTestFinished(() => void execFileSync('umount', ['/etc/resolv.conf']));
  const server = run(`TURN=auto PUBLIC_URL=https://${NAME} TLS=acme npm start`, {
    // The one thing that is said otherwise: the authority is pebble, whose own certificate nobody knows.
    ...{ ACME_DIRECTORY: pebble.directory, NODE_EXTRA_CA_CERTS: pebble.certificate },
  });
  const setup = await server.says(/https:\/\/porchlight\.example\/setup\?code=\S+/);
  const trusts = join(folder, 'authority.pem');
  writeFileSync(trusts, await pebble.root());
  const internet = { origin: `https://${NAME}`, trusts };
  const annas = await openIn(buildHome('easy'), { ...internet, ...COMPUTER });
  // Whoever types the name alone is led to https.
  await eventually(
    'the certificate to be there',
    async () => {
      // Until then https refuses.
      await annas.goto(`http://${NAME}/`).catch(() => undefined);
      return annas.url().startsWith(`https://${NAME}/login`);
    },
    60_000,
    server.output,
  );
  // Which its relay is given at once, and starts anew.
  await eventually('the relay to have it', () => isListening(SERVER, RELAY_TLS_PORT), 10_000, server.output);
  const invitation = await invite(annas, setup);
  const phone = await openIn(buildHome('only-tls'), { ...internet, ...PHONE });
  await call(annas, phone, invitation);
  expect(await wayToRelay(phone)).toBe('tls');
  await hangUp(annas, phone);
}, 240_000);

test('one command, and in a house without the internet a phone learns to trust it, and is called', async () => {
  const server = run('TLS=lan npm start', {});
  const door = await server.says(/http:\/\/192\.168\.200\.10(?=[ ,])/);
  const setup = await server.says(/https:\S+\/setup\?code=\S+/);
  const home = buildHome('easy');
  const stranger = await openIn(home, { origin: door, ...PHONE });
  await stranger.goto(door);
  expect(await textOf(stranger)).toContain('Trust this Porchlight');
  // What a device does with the file is its system's affair.
  const link = await find(stranger, 'link', 'Download the certificate');
  const file = await link.evaluate(async (anchor) => {
    const answer = await fetch((anchor as HTMLAnchorElement).href);
    return [...new Uint8Array(await answer.arrayBuffer())];
  });
  const trusts = join(folder, 'porchlight.crt');
  writeFileSync(trusts, Uint8Array.from(file));
  const inside = await (await find(stranger, 'link', `Open https://${IN_HOUSE}`)).evaluate(
    (anchor) => (anchor as HTMLAnchorElement).href,
  );
  expect(inside).toBe(`https://${IN_HOUSE}/`);

  const house = { origin: new URL(inside).origin, trusts };
  const annas = await openIn(home, { ...house, ...COMPUTER });
  const { pathname, search } = new URL(setup);
  const invitation = await invite(annas, `${house.origin}${pathname}${search}`);
  const phone = await openIn(home, { ...house, ...PHONE });
  await call(annas, phone, invitation);
  await hangUp(annas, phone);
}, 240_000);
