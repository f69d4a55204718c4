/** Quiet hours of several people: each has their own, once. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, BEN, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import type { QuietHours } from './quiet-hours.ts';
import { createQuietHoursStore, type QuietHoursStore } from './quiet-hours-store.ts';

const NIGHT: QuietHours = { starts: 1320, ends: 420, timeZone: 'Europe/Berlin', callsRing: true };
const NOON: QuietHours = { starts: 720, ends: 780, timeZone: 'Asia/Shanghai', callsRing: false };

let tables: Tables;
let store: QuietHoursStore;
beforeEach(() => {
  tables = openTables();
  store = createQuietHoursStore(tables.database);
  store.set(EVE, NOON);
  store.set(ANA, NIGHT);
});
afterEach(() => tables.close());

const all = () => [ANA, BEN, EVE].map((person) => store.of(person));

test('each has what they have set, and whoever has set nothing has none', () => {
  expect(all()).toEqual([NIGHT, undefined, NOON]);
  expect(store.everyone()).toEqual([ANA, EVE]);
});

test('what is set anew takes the place of what was, and nobody else’s', () => {
  store.set(ANA, { ...NIGHT, callsRing: false, ends: 360 });
  expect(all()).toEqual([{ ...NIGHT, callsRing: false, ends: 360 }, undefined, NOON]);
  store.set(EVE, undefined);
  expect(all()).toEqual([{ ...NIGHT, callsRing: false, ends: 360 }, undefined, undefined]);
});

test('the time zone that somebody has chosen since is that of their quiet hours', () => {
  tables.database.prepare('UPDATE users SET time_zone = ? WHERE id = ?').run('America/Lima', ANA);
  expect(all()).toEqual([{ ...NIGHT, timeZone: 'America/Lima' }, undefined, NOON]);
});
