/** A server in the house only, as devices meet it that don't trust it yet, and those that do. */

import { X509Certificate } from 'node:crypto';
import { get } from 'node:http';
import { get as getSecurely } from 'node:https';
import { hostname } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { qrCodeLines } from '../friends/qr-code.ts';
import { announcement } from './announcement.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse({ TLS: 'lan', HTTP_PORT: '0', HOST: '127.0.0.1' }, fakeClock(Date.now()));
  await house.app.listen({ port: 0, host: '127.0.0.1' });
  await house.app.services.tls.open('127.0.0.1');
});
afterEach(() => house.close());

const portOf = (address: unknown) => {
  if (typeof address !== 'object' || !address || !('port' in address)) throw new Error('it listens nowhere');
  return Number(address.port);
};
const port = () => portOf(house.app.server.address());
const door = () => portOf(house.app.services.tls.doorAddress());

type Answer = { status: number | undefined; headers: NodeJS.Dict<string | string[]>; body: Buffer };

const ask = (
  by: typeof get,
  options: { port: number; path: string; method?: string; headers?: NodeJS.Dict<string>; ca?: string },
) =>
  new Promise<Answer>((resolve, reject) => {
    by({ host: '127.0.0.1', ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
      );
    }).once('error', reject);
  });
const plainly = (path: string, more: { method?: string; headers?: NodeJS.Dict<string> } = {}) =>
  ask(get, { port: door(), path, ...more });

test('who comes by plain http is shown how to trust it, and nothing of the house', async () => {
  const first = await plainly('/');
  expect([first.status, first.headers.location]).toEqual([302, '/trust']);
  const page = await plainly('/trust', { headers: { host: `localhost:${door()}` } });
  const text = page.body.toString();
  const { fingerprint } = house.app.services.tls.authority() ?? {};
  expect(page.status).toBe(200);
  expect(text.replaceAll('<wbr>', '')).toContain(fingerprint);
  expect(text).toContain(`href="https://localhost:${port()}/"`);
  expect(text).toContain('<svg');
  const style = /href="(\/static\/build\/style-[^"]+)"/.exec(text)?.[1] ?? '';
  expect((await plainly(style)).status).toBe(200);

  for (const path of [
    '/login',
    '/chats/1',
    '/healthz',
    '/trust/',
    '/files/1',
    '//trust',
    '/static/../login',
  ]) {
    const { status, headers } = await plainly(path, { headers: { host: 'evil.example' } });
    if (path.startsWith('/static')) expect(status, path).toBe(403);
    else expect([status, headers.location], path).toEqual([301, house.app.services.tls.houseOrigin() + path]);
  }
  expect((await plainly('/trust', { method: 'POST' })).status).toBe(403);
});

test('whoever installs the certificate from there is at home by https', async () => {
  const { status, headers, body } = await plainly('/trust/porchlight.crt');
  expect([status, headers['content-type'], headers['content-disposition']]).toEqual([
    200,
    'application/x-x509-ca-cert',
    undefined,
  ]);
  const secure = { port: port(), path: '/login' };
  await expect(ask(getSecurely, secure)).rejects.toThrow(/certificate/);
  const page = await ask(getSecurely, { ...secure, ca: new X509Certificate(body).toString() });
  expect(page.status).toBe(200);
  // A browser that keeps to https for good could never be told to trust another authority.
  expect(page.headers['strict-transport-security']).toBeUndefined();
});

test('the terminal says where to go, with a code for whoever looks at it', async () => {
  const { tls } = house.app.services;
  const lines = await announcement(tls, false);
  expect(lines.join('\n')).toContain(tls.authority()?.fingerprint);
  const [first = '', ...others] = tls.trustAddresses();
  expect(lines[0]).toContain(`opens ${first} once`);
  expect(lines[1]).toBe(`It is found as well at ${others.join(', ')}`);
  const name = hostname().toLowerCase().split('.')[0];
  expect(others).toContain(`http://${name}.local:${door()}`);
  expect(others.join(' ')).not.toMatch(/localhost|127\.0\.0\.1|\[::1\]/);
  const seen = await announcement(tls, true);
  expect(seen).toEqual([...lines, await qrCodeLines(first)]);
});

test('of a machine that only knows itself, that address is said', async () => {
  const authority = { certificate: Buffer.alloc(0), fingerprint: 'AB:CD' };
  const tls = { authority: () => authority, trustAddresses: () => ['http://127.0.0.1'] };
  expect(await announcement(tls, false)).toEqual([
    'Each device in the house opens http://127.0.0.1 once, and learns there to trust this server.',
    'Fingerprint (SHA-256): AB:CD',
  ]);
});

test('the owner sees the fingerprint to compare, and nobody else has such pages', async () => {
  const ana = await house.person('ana');
  const page = await ana.get('/admin');
  expect(page.body.replaceAll('<wbr>', '')).toContain(house.app.services.tls.authority()?.fingerprint);
  expect(page.body).toContain('href="/trust"');
  const plain = await openHouse();
  try {
    expect((await plain.app.inject('/trust')).statusCode).toBe(404);
    expect((await plain.app.inject('/trust/porchlight.crt')).statusCode).toBe(404);
    expect(await announcement(plain.app.services.tls, true)).toEqual([]);
  } finally {
    await plain.close();
  }
});
