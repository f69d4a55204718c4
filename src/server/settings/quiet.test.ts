/** Quiet hours, as somebody sets them; what they do to notifications is tested in push/quiet.test.ts. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { openOldPhone } from '../../../test/helpers/phone.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

const NIGHT = { from: '22:00', until: '07:30' };
/** The house's clock stands at noon. */
const NOON = { from: '11:30', until: '12:30' };

const hoursOf = (person: Person) => house.app.services.quietHours.of(person.id);
const section = async (person: Person) =>
  /<section[^>]*id="quiet"[\s\S]*?<\/section>/.exec((await person.get('/settings')).body)?.[0] ?? '';

test('are one’s own, by one’s own clocks, until they are turned off', async () => {
  expect(await section(ben)).toContain('Turn on quiet hours');
  const answer = await ben.post(
    '/settings/quiet',
    { ...NIGHT, calls: 'on' },
    { cookie: `${ben.cookie}; tz=Asia/Shanghai` },
  );
  expect(answer.headers.location).toBe('/settings?done=quiet#quiet');
  const kept = { starts: 22 * 60, ends: 7 * 60 + 30, timeZone: 'Asia/Shanghai', callsRing: true };
  expect(hoursOf(ben)).toEqual(kept);
  expect(hoursOf(ana)).toBeUndefined();
  const shown = await section(ben);
  expect(shown).toContain('Asia/Shanghai');
  expect(shown).toMatch(/name="from"[^>]*value="22:00"[\s\S]*name="until"[^>]*value="07:30"/);
  expect(shown).toMatch(/name="calls" checked/);

  house.app.services.accounts.setPreferences(ben.id, { timeZone: 'Europe/Paris', sound: true });
  expect(hoursOf(ben)).toEqual({ ...kept, timeZone: 'Europe/Paris' });
  await ben.post('/settings/quiet', NIGHT);
  expect(hoursOf(ben)?.callsRing).toBe(false);

  await ana.post('/settings/quiet', NIGHT);
  const off = await ben.post('/settings/quiet', { ...NIGHT, off: 'on' });
  expect(off.headers.location).toBe('/settings?done=quiet-off#quiet');
  expect([hoursOf(ben), hoursOf(ana)?.starts]).toEqual([undefined, 22 * 60]);
});

test.each([
  [{ from: '', until: '07:00' }, 'Enter both times'],
  [{ from: '22:00', until: '24:00' }, 'Enter both times'],
  [{ from: '22:00', until: '7' }, 'Enter both times'],
  [{ from: '22:00', until: '22:00' }, 'The two times are the same'],
])('that can’t be are refused, and what was typed is kept: %o', async (form, why) => {
  const { statusCode, body } = await ben.post('/settings/quiet', form);
  expect(statusCode).toBe(422);
  expect(body).toContain(why);
  expect(body).toContain(`name="from" type="time" required value="${form.from}" aria-invalid="true"`);
  expect(hoursOf(ben)).toBeUndefined();
});

test('make no sound on an open page; calls ring where they may', async () => {
  const live = await openSocket(house, '/live', { cookie: ben.cookie });
  const phone = await openOldPhone(house, ana);
  const rings = async () => {
    const from = live.received.length;
    const { call } = await phone.rings(chat, 'voice');
    const ring = await live.until((html) => html.includes(call), from);
    phone.say({ type: 'hang-up', call });
    await phone.hears('ended');
    return ring.includes('<audio');
  };
  const chimes = async () => {
    const from = live.received.length;
    await ana.post(`/chats/${chat}`, { key: randomUUID(), body: 'Hello' });
    await live.until((html) => html.includes('id="unread"'), from);
    // What comes next is behind whatever that was.
    await ben.post(`/chats/${chat}/read`, { message: `${house.app.services.chats.newestId(chat)}` });
    await live.until((html) => /id="unread"[^>]*hidden/.test(html), from);
    return live.received.slice(from).some((html) => html.includes('id="arrived"'));
  };
  expect([await chimes(), await rings()]).toEqual([true, true]);
  await ben.post('/settings/quiet', { ...NOON, calls: 'on' });
  expect([await chimes(), await rings()]).toEqual([false, true]);
  await ben.post('/settings/quiet', NOON);
  expect([await chimes(), await rings()]).toEqual([false, false]);
  house.clock.turn(30 * 60_000);
  expect([await chimes(), await rings()]).toEqual([true, true]);
  live.socket.close();
});
