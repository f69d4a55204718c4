import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse } from '../../../test/helpers/house.ts';
import { ROOT } from '../paths.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const manifest = async (language = 'en') => {
  const url = '/manifest.webmanifest';
  const answer = await house.app.inject({ url, headers: { 'accept-language': language } });
  expect(answer.headers['content-type']).toMatch(/^application\/manifest\+json/);
  expect(answer.headers.vary).toContain('Accept-Language');
  return answer.json();
};

test('a home screen is told of an app of its own, with icons that are there', async () => {
  const { icons, ...told } = await manifest();
  expect(told).toMatchObject({ name: 'Porchlight', lang: 'en', id: '/', start_url: '/chats', scope: '/' });
  expect(icons.length).toBeGreaterThan(2);
  for (const { src } of icons)
    expect(existsSync(join(ROOT, 'public', src.replace('/static/', ''))), src).toBe(true);
});

test('its shortcuts lead to pages, in the language of the browser', async () => {
  const ana = await house.person('ana');
  const { shortcuts } = await manifest('zh-CN');
  expect(shortcuts.map(({ name }: { name: string }) => name)).toContain('好友');
  expect(shortcuts.length).toBeGreaterThan(2);
  for (const { url } of shortcuts) expect((await ana.get(url)).statusCode, url).toBe(200);
});

test('other apps may share with it, by the address that its worker takes', async () => {
  const { share_target: target } = await manifest();
  expect(target).toMatchObject({ action: '/share', method: 'POST', enctype: 'multipart/form-data' });
  expect(target.params).toMatchObject({
    title: 'title',
    text: 'text',
    url: 'url',
    files: [{ name: 'files' }],
  });
});
