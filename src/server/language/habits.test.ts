/** Dates, clocks and zones as readers know them from home. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { negotiateLocale } from './locale.ts';
import { readerFor } from './reader.ts';
import { conventionsFor, isRegion, regionIn } from './region.ts';
import { zoneName, zonesWith } from './time-zones.ts';

const MOMENT = Date.UTC(2026, 10, 25, 16, 34);
const readerOf = (header: string, clock?: '12' | '24') =>
  readerFor(negotiateLocale(header), 'UTC', { region: regionIn(header), clock });

test.each([
  ['en-US', '4:34 PM', 'Wednesday, November 25, 2026'],
  ['en', '4:34 PM', 'Wednesday, November 25, 2026'],
  ['en-GB', '16:34', 'Wednesday, 25 November 2026'],
  ['en-AU', '4:34 pm', 'Wednesday, 25 November 2026'],
  ['de-DE', '16:34', 'Wednesday, 25 November 2026'],
  ['de,en-US;q=0.7,en;q=0.3', '16:34', 'Wednesday, 25 November 2026'],
  ['pt-BR,pt;q=0.9', '16:34', 'Wednesday, 25 November 2026'],
  ['zh-CN,zh;q=0.9,en-US;q=0.8', '16:34', '2026年11月25日星期三'],
  ['zh-TW', '下午4:34', '2026年11月25日星期三'],
  ['', '4:34 PM', 'Wednesday, November 25, 2026'],
  ['*, x-nonsense;q=2, %%', '4:34 PM', 'Wednesday, November 25, 2026'],
])('who asks for %s reads %s and %s', (header, time, day) => {
  const reader = readerOf(header);
  // Some of Intl's spaces are narrow.
  expect(reader.time(MOMENT).replace(/\s/g, ' ')).toBe(time);
  expect(reader.day(MOMENT)).toBe(day);
});

test('the clock can be chosen apart from the region', () => {
  expect(readerOf('en-GB', '12').time(MOMENT).replace(/\s/g, ' ')).toBe('4:34 pm');
  expect(readerOf('en-US', '24').time(MOMENT)).toBe('16:34');
  expect(readerOf('en-US', '24').moment(MOMENT)).toContain('16:34');
  expect(readerOf('zh-CN', '12').time(MOMENT)).toBe('下午4:34');
});

test('readers who read the same share what is kept for them, and others don’t', () => {
  expect(readerOf('en-GB')).toBe(readerOf('en-GB,de;q=0.1'));
  expect(readerOf('en-GB').key).not.toBe(readerOf('en-US').key);
  expect(readerOf('en-GB').key).not.toBe(readerOf('en-GB', '12').key);
});

test('only regions that exist are kept by', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const regions = letters.flatMap((a) => letters.map((b) => a + b)).filter(isRegion);
  expect(regions.length).toBeLessThan(300);
  const tags = new Set(regions.map((region) => conventionsFor('en', region, undefined).tag));
  expect(tags).toContain('en-DE');
  for (const wrong of ['zz', 'ZZ', 'de', '001', 'DEU', '', undefined]) expect(isRegion(wrong)).toBe(false);
});

test('places have the names of today', () => {
  const zones = zonesWith(undefined);
  for (const place of [
    'Europe/Kyiv',
    'Asia/Kolkata',
    'UTC',
    'Asia/Ho_Chi_Minh',
    'Asia/Kathmandu',
    'America/Nuuk',
  ]) {
    expect(zones).toContain(place);
    expect(zoneName(place)).toBe(place);
  }
  for (const old of ['Europe/Kiev', 'Asia/Calcutta', 'America/Godthab']) expect(zones).not.toContain(old);
  expect(zoneName('asia/calcutta')).toBe('Asia/Kolkata');
  expect(new Set(zones.map((zone) => zoneName(zone))).size).toBe(zones.length);
});

describe('in settings', () => {
  let house: House;
  let ana: Person;
  let chat: number;
  beforeEach(async () => {
    ({ house, ana, chat } = await openHouseOfFriends());
  });
  afterEach(() => house.close());
  const selected = async (name: string) => {
    const select = new RegExp(`<select id="${name}".*?</select>`, 's').exec(
      (await ana.get('/settings')).body,
    )?.[0];
    return /<option(?: value="([^"]*)")?(?: lang="[^"]*")? selected>([^<]*)/.exec(select ?? '')?.slice(1);
  };

  test('what was chosen shows itself, listed or not', async () => {
    const save = (form: Record<string, string>) => ana.post('/settings', form);
    await save({ timeZone: 'Asia/Kolkata' });
    expect(await selected('timeZone')).toEqual([undefined, 'Asia/Kolkata']);
    await save({ timeZone: 'Etc/GMT+5', region: 'IS', clock: '24' });
    expect(await selected('timeZone')).toEqual([undefined, 'Etc/GMT+5']);
    expect(await selected('region')).toEqual(['IS', 'Iceland']);
    expect((await selected('clock'))?.[0]).toBe('24');
    await save({ timeZone: 'Mars/Olympus', region: 'zz', clock: '13' });
    for (const name of ['timeZone', 'region', 'clock']) expect(await selected(name)).toBeUndefined();
  });

  test('the time zones where most people live are offered, and all of them when asked for', async () => {
    const { body } = await ana.get('/settings');
    expect(body).toMatch(/<option>Europe\/Berlin<\/option>/);
    expect(body).not.toContain('Asia/Kathmandu');
    const link = /href="([^"]*)">All time zones/.exec(body)?.[1] ?? '';
    const all = await ana.get(link.split('#')[0] ?? '');
    expect(all.body).toMatch(/<option>Asia\/Kathmandu<\/option>/);
    expect(all.body).not.toContain('All time zones');
  });

  test('messages are shown in each reader’s way, whoever has read them before', async () => {
    house.clock.turn(MOMENT - house.clock.now());
    await ana.post(`/chats/${chat}`, { key: crypto.randomUUID(), body: 'Hello' });
    const shown = async (header: string) =>
      /<time datetime="[^"]*T[^>]*>([^<]*)</
        .exec(
          (await ana.get(`/chats/${chat}`, { 'accept-language': header, cookie: `${ana.cookie}; tz=UTC` }))
            .body,
        )?.[1]
        ?.replace(/\s/g, ' ');
    expect(await shown('en-US')).toBe('4:34 PM');
    expect(await shown('en-GB')).toBe('16:34');
    expect(await shown('en-AU')).toBe('4:34 pm');
    await ana.post('/settings', { clock: '24', region: 'US' });
    expect(await shown('en-AU')).toBe('16:34');
  });
});
