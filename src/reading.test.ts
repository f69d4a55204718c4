/** Whoever only looks changes nothing: a GET writes no row (RFC 9110 §9.2.1). */
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { doorsOf, filledIn } from '../test/helpers/doors.ts';
import { type House, openHouse, type Person } from '../test/helpers/house.ts';
import { pastCall } from '../test/helpers/recorder.ts';
import { upload } from '../test/helpers/upload.ts';
import { createFriendStore } from './server/friends/store.ts';

/** Without scripts nothing but loading the page says that a chat was read. */
const WITHOUT_SCRIPTS = '/chats/:chat/newer';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: House;
let ana: Person;
let places: Record<string, string | number>;
beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
  const [ben, cleo] = [await house.person('ben'), await house.person('cleo')];
  const { services } = house.app;
  const call = await pastCall(house, ana, ben);
  const chat = services.chats.directWith(ana.id, ben.id);
  // As friends of before conversations were made at once: whoever looks must not begin one.
  createFriendStore(services.database).put(ana.id, cleo.id, services.clock.now(), services.clock.now());
  const bytes = await sharp({ create: { width: 32, height: 18, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
  await upload(house, ana, `/chats/${chat}`, { name: 'x.png', bytes }, { key: randomUUID(), body: 'Look!' });
  const message = services.chats.newestId(chat);
  await ben.post(`/chats/${chat}`, { key: randomUUID(), body: 'not read yet' });
  await ana.post('/friends/invitations', { days: '1', uses: '1' });
  const [invitation] = services.invitations.madeBy(ana.id, services.clock.now());
  const file = services.files.ofMessage(message)?.id ?? '';
  places = { call, chat, message, file, code: invitation?.code ?? '' };
});
afterEach(() => house.close());

/** How many rows this server has ever changed. */
const changes = () => house.app.services.database.prepare<[], number>('SELECT total_changes()').pluck().get();

test('no page, list or file writes a row when it is opened', async () => {
  const doors = doorsOf(house.app).filter(({ method, path }) => method === 'GET' && path !== WITHOUT_SCRIPTS);
  expect(doors.length).toBeGreaterThan(20);
  const wrote: string[] = [];
  let shown = 0;
  for (const { path } of doors) {
    const before = changes();
    // The cookie of the page's script, which says by itself what was read.
    const answer = await ana.get(filledIn(path, places, 'other'), {
      cookie: `${ana.cookie}; tz=Europe/London`,
    });
    expect(answer.statusCode, path).toBeLessThan(500);
    if (answer.statusCode === 200) shown += 1;
    if (changes() !== before) wrote.push(path);
  }
  expect(wrote).toEqual([]);
  // Most of them were there to be looked at.
  expect(shown).toBeGreaterThan(12);
});

test('without scripts a chat is read by loading it, and nothing else is written', async () => {
  const before = changes() ?? 0;
  await ana.get(`/chats/${places.chat}`);
  expect((changes() ?? 0) - before).toBe(1);
  await ana.get(`/chats/${places.chat}`);
  expect((changes() ?? 0) - before).toBe(1);
});
