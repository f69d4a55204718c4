import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse } from '../../../test/helpers/house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

test('the service worker is where browsers look for it, and is asked for again', async () => {
  const { statusCode, headers, body } = await house.app.inject('/service-worker.js');
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/javascript/);
  expect(headers['cache-control']).toBe('no-cache');
  // What it may do is said by its own headers, not by those of a page.
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  expect(body).toContain('notificationclick');
});

test('the page that it keeps is the same for everybody who reads one language', async () => {
  const ana = await house.person('ana');
  const [hers, anybodys] = [await ana.get('/offline'), await house.app.inject('/offline')];
  expect(hers.body).toBe(anybodys.body);
  expect(hers.body).toContain('No connection');
  house.app.services.accounts.setPreferences(ana.id, { locale: 'zh-CN', sound: true });
  expect((await ana.get('/offline')).body).toContain('无法连接');
});
