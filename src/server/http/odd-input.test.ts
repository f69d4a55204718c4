/** What no page of ours sends: every door answers with a sentence, and none breaks. */
import type { LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { doorsOf, filledIn } from '../../../test/helpers/doors.ts';
import {
  type House,
  openHouse,
  openHouseOfFriends,
  PASSWORD,
  type Person,
  tokenIn,
} from '../../../test/helpers/house.ts';

let house: House;
let ana: Person;
let chat: number;

beforeEach(async () => {
  ({ house, ana, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

/** A page for people, whole, with everything filled in. */
function expectPage(answer: LightMyRequestResponse, status: number): void {
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^text\/html/);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
  expect(answer.body).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/);
  expect(answer.body).not.toMatch(/undefined|not a function/);
}

const json = (body: unknown) => ({ type: 'application/json', payload: JSON.stringify(body) });
const ODD: Record<string, { type?: string; payload: string }> = {
  nothing: { payload: '' },
  null: json(null),
  list: json([1, 'two']),
  text: json('text'),
  number: json(7),
  nested: json({
    ...{ username: { toString: 1 }, password: [], body: {}, key: 7, message: {}, locale: [], back: {} },
    ...{ displayName: null, days: { $gt: 0 }, uses: [1], mode: {}, mimeType: 1, length: 'x', current: {} },
  }),
  'broken json': { type: 'application/json', payload: '{"a":' },
  poison: { type: 'application/json', payload: '{"__proto__":{"a":1}}' },
  'twice the same': {
    type: 'application/x-www-form-urlencoded',
    payload:
      'username=a&username=b&body=a&body=b&key=a&key=b&message=1&message=2&back=a&back=b&locale=a&locale=b',
  },
  'bad escapes': { type: 'application/x-www-form-urlencoded', payload: 'body=%E4%&username=%ff%zz&key=%' },
  plain: { type: 'text/plain', payload: 'hello' },
  unknown: { type: 'application/x-what', payload: 'hello' },
  'no type': { type: 'what', payload: 'hello' },
  'no boundary': { type: 'multipart/form-data', payload: 'hello' },
  'broken form': { type: 'multipart/form-data; boundary=x', payload: '--x\r\nContent-Disposition: what' },
};

test('no door breaks, whatever body comes to it', async () => {
  const doors = doorsOf(house.app).filter(({ method, path }) => method !== 'GET' && path !== '/logout');
  expect(doors.length).toBeGreaterThan(25);
  const broken: string[] = [];
  for (const { method, path } of doors)
    for (const [name, { type, payload }] of Object.entries(ODD)) {
      const answer = await house.app.inject({
        method: method === 'POST' ? 'POST' : method === 'PUT' ? 'PUT' : 'PATCH',
        url: filledIn(path, { chat }, '1'),
        headers: {
          ...{ cookie: ana.cookie, 'x-csrf-token': ana.token, 'tus-resumable': '1.0.0' },
          ...(type !== undefined && { 'content-type': type }),
        },
        payload,
      });
      if (answer.statusCode >= 500) broken.push(`${method} ${path} with ${name}: ${answer.statusCode}`);
    }
  expect(broken).toEqual([]);
}, 60_000);

test('no page breaks, whatever is asked of it in the address', async () => {
  const pages = doorsOf(house.app).filter(({ method }) => method === 'GET');
  const broken: string[] = [];
  for (const { path } of pages)
    for (const query of [
      '',
      '?code=é&next=/ü&before=x&after=[]&media=é&done=é&asked=x',
      '?next=a&next=b&code[]=a',
    ])
      for (const other of ['0', 'é', 'a'.repeat(300), '\0'])
        for (const cookie of other === '0' ? [ana.cookie, ''] : [ana.cookie]) {
          const url = `${filledIn(path, { chat: chat + Number(query === '') }, other)}${query}`;
          const answer = await house.app.inject({ url, headers: { cookie } });
          if (answer.statusCode >= 500) broken.push(`${path} with ${other} ${query}: ${answer.statusCode}`);
        }
  expect(broken).toEqual([]);
}, 60_000);

test('a setup code in other letters is a wrong one', async () => {
  await house.close();
  house = await openHouse();
  const length = house.app.services.setup.code()?.length ?? 0;
  for (const code of ['é'.repeat(length), '码'.repeat(length), 'é'.repeat(length / 2)])
    expectPage(await house.app.inject(`/setup?code=${encodeURIComponent(code)}`), 404);
});

test('one arrives where one wanted to go, in any letters', async () => {
  const page = await house.app.inject('/login');
  const { token, cookie } = tokenIn(page);
  const arrive = (next: string) =>
    house.app.inject({
      method: 'POST',
      url: '/login',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ _csrf: token, username: 'ana', password: PASSWORD, next }).toString(),
    });
  expect((await arrive('/chats/7?q=über#m-1')).headers.location).toBe('/chats/7?q=%C3%BCber#m-1');
  expect((await arrive('/聊天')).headers.location).toBe('/%E8%81%8A%E5%A4%A9');
  expect((await arrive('/.//evil.example')).headers.location).toBe('/chats');
  const signedIn = await ana.get(`/login?next=${encodeURIComponent('/中')}`);
  expect(signedIn.headers.location).toBe('/%E4%B8%AD');
});

test('what is not there is a page, also before it is known who asks', async () => {
  for (const url of [
    '/static/nothing.js',
    '/static/build/page-old.js',
    '/static/%2e%2e/package.json',
    '/nothing',
  ])
    expectPage(await house.app.inject(url), 404);
  for (const url of ['/%ff', '/chats/%E4%', '/static/%ff']) expectPage(await house.app.inject(url), 400);
  const chinese = await house.app.inject({
    url: '/static/nothing.js',
    headers: { 'accept-language': 'zh-CN' },
  });
  expect(chinese.body).toContain('<html lang="zh-CN">');
  // Nothing of the person's session is read for a file.
  expect((await ana.get('/static/nothing.js')).body).not.toContain('/logout');
  expectPage(await house.app.inject({ url: '/nothing', headers: { 'content-type': 'é' } }), 404);
});

test('pages that hold a token are kept by nobody', async () => {
  await ana.post('/friends/invitations', { days: '1', uses: '1' });
  const join = /\/join\/[\w-]+/.exec((await ana.get('/friends')).body)?.[0] ?? '';
  for (const url of ['/login', join, '/join/nothing', '/setup'])
    expect((await house.app.inject(url)).headers['cache-control']).toBe('no-store');
});
