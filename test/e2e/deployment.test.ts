/** The files in `deploy/`, and what the docs say about them. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { placeForProxy, startDeployed } from '../helpers/deployed.ts';
import { openHouseOfFriends } from '../helpers/house.ts';
import { encodeForm } from '../helpers/upload.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const files = readdirSync(join(ROOT, 'deploy')).map((name) => `deploy/${name}`);
const prose = ['README.md', 'docs/deployment.md'];
const guide = read('docs/deployment.md');

test('the guide links each file, and no other', () => {
  const linked = [...guide.matchAll(/\]\(\.\.\/(deploy\/[\w.-]+)\)/g)].map(([, path]) => path);
  expect([...new Set(linked)].sort()).toEqual(files.filter((path) => linked.includes(path)));
  // A timer brings its service along.
  const installed = [...guide.matchAll(/deploy\/[\w.-]+/g)].map(([path]) => path);
  for (const path of files) expect(installed, path).toContain(path);
  for (const path of installed) expect(files).toContain(path);
});

test.each(prose)('%s shows the Caddyfile as it is', (path) => {
  const shown = [...read(path).matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  expect(shown).toContain(read('deploy/Caddyfile'));
});

test('every command starts a program that a script of package.json starts', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const started = [
    ...Object.values<string>(scripts)
      .join('\n')
      .matchAll(/\bnode (?:--\S+ )*(\S+\.[jt]s)/g),
  ].map(([, path]) => path);
  let count = 0;
  for (const path of [...prose, ...files])
    for (const [, program] of read(path).matchAll(/\bnode (?:--\S+ )*(\S+\.[jt]s)/g)) {
      expect(started, path).toContain(program);
      count++;
    }
  expect(count).toBeGreaterThan(4);
});

test('every setting is one that the server knows', () => {
  const known = [...read('src/server/config.ts').matchAll(/^ {2}([A-Z_]+): v\./gm)].map(([, name]) => name);
  const given = ['docs/deployment.md', ...files].flatMap((path) =>
    [...read(path).matchAll(/(?:^|^ {6}|\s)([A-Z][A-Z_]{3,})(?:=|: )/gm)].map(([, name]) => name),
  );
  expect(given).toContain('TRUST_PROXY');
  expect(given.filter((name) => !known.includes(name) && name !== 'COMPOSE_FILE')).toEqual([]);
});

test('what a unit writes into a file is not emptied by its next command, and holds no words for the log', () => {
  const units = files.filter((path) => path.endsWith('.service')).map(read);
  const writing = units.filter((unit) => /^StandardOutput=\w+:/m.test(unit));
  expect(writing).not.toEqual([]);
  for (const unit of writing) {
    // Opened by each command (systemd.exec(5)).
    expect(unit).not.toMatch(/^StandardOutput=(?:truncate|file):/m);
    // Otherwise standard error goes where standard output does.
    expect(unit).toMatch(/^StandardError=journal$/m);
  }
});

test('the guide opens the ports on which the relay listens', () => {
  const relay = Object.fromEntries(
    [...read('deploy/turnserver.conf').matchAll(/^([a-z-]+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
  expect(guide).toContain(
    `ports ${relay['listening-port']} and ${relay['tls-listening-port']} (TCP and UDP)`,
  );
  expect(guide).toContain(`${relay['min-port']}–${relay['max-port']} (UDP)`);
  expect(guide).toContain(`turn:${relay.realm}:${relay['listening-port']}`);
  expect(guide).toContain(`TURN_SECRET=${relay['static-auth-secret']}`);
});

/** A house behind deploy/nginx.conf, with free ports and a certificate of its own in the places of the real ones. */
async function openBehindNginx() {
  const place = await placeForProxy();
  const { house, ana, ben, chat } = await openHouseOfFriends({ PUBLIC_URL: place.origin, TRUST_PROXY: '1' });
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  const address = house.app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  const proxy = await startDeployed('nginx', place, address.port);
  onTestFinished(async () => {
    await proxy.close();
    await house.close();
    place.remove();
  });
  return { plain: proxy.origin, origin: place.origin, house, ana, ben, chat };
}

/** @returns status and headers */
async function ask(url: string, headers: Record<string, string>, method = 'GET', body?: Buffer) {
  const asked = request(url, { method, headers, rejectUnauthorized: false });
  asked.end(body);
  const [answer] = await once(asked, 'response');
  answer.resume();
  await once(answer, 'end');
  return { status: Number(answer.statusCode), headers: answer.headers };
}

test('nginx, set up as the guide says, passes pages, forms, large files and sockets on', async () => {
  const { plain, origin, house, ana, ben, chat } = await openBehindNginx();
  const moved = await fetch(`${plain}/friends`, { redirect: 'manual' });
  expect([moved.status, moved.headers.get('location')]).toEqual([301, 'https://localhost/friends']);

  const stranger = await ask(`${origin}/login`, {});
  expect(stranger.status).toBe(200);
  expect(String(stranger.headers['set-cookie'])).toMatch(/Secure/);

  const socket = new WebSocket(`${origin.replace('https', 'wss')}/live`, {
    headers: { cookie: ana.cookie, origin },
    rejectUnauthorized: false,
  });
  await once(socket, 'open');
  const bytes = randomBytes(3_000_000);
  const fields = { _csrf: ben.token, key: randomBytes(16).toString('hex'), body: '' };
  const { type, payload } = await encodeForm(fields, { name: 'garden.bin', bytes });
  const rang = once(socket, 'message');
  const headers = { cookie: ben.cookie, 'content-type': type, origin };
  const sent = await ask(`${origin}/chats/${chat}`, headers, 'POST', payload);
  expect(sent.status).toBe(303);
  expect(String(await rang)).toMatch(/hx-|html/);
  const kept = await house.app.inject({ url: `/chats/${chat}`, headers: { cookie: ana.cookie } });
  expect(kept.body).toContain('garden.bin');
  socket.close();
  await once(socket, 'close');
});
