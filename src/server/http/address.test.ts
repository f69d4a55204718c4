/** Forms and sockets behind proxies, which each have their own idea of `Host`. */
import { afterEach, expect, test } from 'vitest';
import { type House, openHouse, PASSWORD } from '../../../test/helpers/house.ts';

let house: House;
afterEach(() => house.close());

/** Signs ana in, as a browser that sends these headers; the answer is the status. */
async function signIn(headers: Record<string, string>): Promise<number> {
  const page = await house.app.inject({ url: '/login', headers: { host: headers.host ?? 'localhost' } });
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const cookie = page.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const answer = await house.app.inject({
    method: 'POST',
    url: '/login',
    headers: { ...headers, cookie, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ _csrf: token, username: 'ana', password: PASSWORD }).toString(),
  });
  return answer.statusCode;
}

const upgradeOf = async (path: string, cookie: string, headers: Record<string, string>) => {
  const socket = await house.app.injectWS(path, { headers: { cookie, ...headers } }).catch(() => undefined);
  socket?.terminate();
  return socket !== undefined;
};

test.each([
  ['https://p.example:8443', 'p.example', 'https://p.example:8443'],
  ['https://p.example', 'p.example:443', 'https://p.example'],
  ['https://p.example', '127.0.0.1:3000', 'https://p.example'],
  // Without PUBLIC_URL a port that goes without saying may be said.
  ['', 'p.example:443', 'https://p.example'],
  ['', 'p.example:80', 'http://p.example'],
  // Whoever comes past the proxy.
  ['https://p.example', '192.168.1.5:3000', 'http://192.168.1.5:3000'],
])('PUBLIC_URL %s, Host %s, Origin %s: forms and sockets are taken', async (PUBLIC_URL, host, origin) => {
  house = await openHouse({ PUBLIC_URL });
  const { cookie } = await house.person('ana');
  expect(await upgradeOf('/live', cookie, { host, origin })).toBe(true);
  expect(await upgradeOf('/calls/socket', cookie, { host, origin })).toBe(true);
  expect(await signIn({ host, origin })).toBe(303);
});

test.each([
  ['https://p.example', 'p.example', 'https://evil.example'],
  ['https://p.example', 'p.example', 'https://p.example.evil.example'],
  ['https://p.example', 'p.example', 'https://p.example:8443'],
  ['https://p.example', 'p.example', 'null'],
  ['', 'p.example', 'https://p.example:8443'],
  ['', 'evil.example@p.example:x', 'https://p.example'],
])('PUBLIC_URL %s, Host %s, Origin %s: neither is', async (PUBLIC_URL, host, origin) => {
  house = await openHouse({ PUBLIC_URL });
  const { cookie } = await house.person('ana');
  expect(await upgradeOf('/live', cookie, { host, origin })).toBe(false);
  expect(await upgradeOf('/calls/socket', cookie, { host, origin })).toBe(false);
  expect(await signIn({ host, origin })).toBe(403);
});

test('a form from an unknown address is refused with what to set', async () => {
  house = await openHouse();
  const answer = await house.app.inject({
    method: 'POST',
    url: '/login',
    headers: { host: 'p.example', origin: 'https://p.example:8443' },
  });
  expect(answer.body).toContain('PUBLIC_URL');
});

const BEHIND = { PUBLIC_URL: 'https://p.example', TRUST_PROXY: '1' };
test.each([
  ['past the proxy', '/login', { host: '192.168.1.5:3000' }],
  ['through a proxy that says so', '/login', { host: 'p.example', 'x-forwarded-proto': 'http' }],
])('who opens it over plain http %s reads which address to use', async (_how, url, headers) => {
  house = await openHouse(BEHIND);
  const page = await house.app.inject({ url, headers });
  expect(page.body).toContain('href="https://p.example/login"');
  expect(page.body).toContain('only over https');
});

test.each([
  ['says https', { host: 'p.example', 'x-forwarded-proto': 'https' }],
  ['says nothing', { host: 'p.example' }],
  ['says nothing and changes the host', { host: '127.0.0.1:3000', 'sec-fetch-site': 'none' }],
])('behind a proxy that %s nobody is sent elsewhere', async (_how, headers) => {
  house = await openHouse(BEHIND);
  const page = await house.app.inject({ url: '/login', headers });
  expect(page.body).not.toContain('only over https');
});

test('a form of such a page says it too, instead of a page that was open too long', async () => {
  house = await openHouse(BEHIND);
  const answer = await house.app.inject({
    method: 'POST',
    url: '/login',
    headers: {
      host: 'p.example',
      origin: 'http://p.example',
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: 'username=ana',
  });
  expect(answer.statusCode).toBe(403);
  expect(answer.body).toContain('href="https://p.example"');
  expect(answer.body).not.toContain('open for too long');
});
