/** Which ends of sessions are announced, and to whom. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { ANA, BEN, EVE, openTables, type Tables, whileFailing } from '../../../test/helpers/tables.ts';
import { createEvents } from '../background/events.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createAccountStore } from './store.ts';

const DAY = 24 * 60 * 60 * 1000;

const clock = fakeClock();
let tables: Tables;
let sessions: Sessions;
let ended: string[];

beforeEach(() => {
  tables = openTables();
  const events = createEvents();
  ended = [];
  events.on('session-ended', ({ session }) => ended.push(session));
  sessions = createSessions(tables.database, clock, events, false);
});
afterEach(() => tables.close());

/** Signs a device in; the answer is the stored id of its session. */
async function signIn(user: number, name: string): Promise<string> {
  const known = sessions.devices(user).map(({ id }) => id);
  await sessions.start(user, name, `hash of ${name}`);
  return sessions.devices(user).find(({ id }) => !known.includes(id))?.id ?? '';
}

test('a session that another process has ended is announced, if a socket was opened with it', async () => {
  const [phone, tablet] = [await signIn(ANA, 'ana'), await signIn(ANA, 'ana')];
  const [ben, eve] = [await signIn(BEN, 'ben'), await signIn(EVE, 'eve')];
  const releases = [phone, phone, tablet, ben].map((session) => sessions.hold(session));
  sessions.noticeEnded();
  expect(ended).toEqual([]);
  // The second socket of the phone is open still; the tablet's only one isn't.
  releases[0]?.();
  releases[2]?.();
  tables.database.prepare('DELETE FROM sessions WHERE id IN (?, ?, ?)').run(phone, tablet, eve);
  sessions.noticeEnded();
  expect(ended).toEqual([phone]);
  releases[1]?.();
  sessions.noticeEnded();
  expect(ended).toEqual([phone]);
});

test('a session that one ends is announced once, and one of others not at all', async () => {
  const [ana, ben] = [await signIn(ANA, 'ana'), await signIn(BEN, 'ben')];
  expect(sessions.end(ana, BEN)).toBe(false);
  expect(sessions.end(ana, ANA)).toBe(true);
  expect(sessions.end(ana, ANA)).toBe(false);
  expect(ended).toEqual([ana]);
  expect([sessions.isOpen(ana), sessions.isOpen(ben)]).toEqual([false, true]);
});

test('all devices but one are signed out together with what makes it so, or none', async () => {
  const accounts = createAccountStore(tables.database);
  const [phone, tablet, ben] = [await signIn(ANA, 'ana'), await signIn(ANA, 'ana'), await signIn(BEN, 'ben')];
  const change = () => accounts.setPassword(ANA, 'new');
  await whileFailing(tables.database, 'DELETE ON sessions', () =>
    expect(() => sessions.endAll(ANA, phone, change)).toThrow('made to fail'),
  );
  expect([accounts.passwordHash(ANA), ended]).toEqual(['hash of ana', []]);
  expect(sessions.endAll(ANA, phone, () => false)).toBe(false);
  expect(sessions.isOpen(tablet)).toBe(true);
  expect(sessions.endAll(ANA, phone, change)).toBe(true);
  expect([accounts.passwordHash(ANA), ended]).toEqual(['new', [tablet]]);
  expect([phone, tablet, ben].map((id) => sessions.isOpen(id))).toEqual([true, false, true]);
});

test('when a device was seen is noted every five minutes', async () => {
  const cookie = ((await sessions.start(ANA, 'ana', 'hash of ana')) ?? '').split(';')[0] ?? '';
  const seenAt = () => sessions.devices(ANA)[0]?.seenAt;
  const began = clock.now();
  clock.advance(5 * 60_000);
  await sessions.read(cookie);
  expect(seenAt()).toBe(began);
  clock.advance(1);
  await sessions.read(cookie);
  expect(seenAt()).toBe(clock.now());
});

test('what has run out is forgotten at once, and again each day until that is ended', async () => {
  const runsOut = tables.database.prepare<[number, string]>(
    'UPDATE sessions SET expires_at = ? WHERE id = ?',
  );
  const [first, second, third] = [
    await signIn(ANA, 'ana'),
    await signIn(BEN, 'ben'),
    await signIn(EVE, 'eve'),
  ];
  for (const session of [second, third]) sessions.hold(session);
  const left = () => [ANA, BEN, EVE].filter((user) => sessions.devices(user).length > 0);
  runsOut.run(clock.now(), first);
  runsOut.run(clock.now() + 1, second);
  const stop = sessions.forgetExpired();
  expect([left(), ended]).toEqual([[BEN, EVE], []]);
  clock.advance(DAY - 1);
  expect([left(), ended]).toEqual([[BEN, EVE], []]);
  clock.advance(1);
  expect([left(), ended]).toEqual([[EVE], [second]]);
  runsOut.run(clock.now() + 1, third);
  stop();
  clock.advance(2 * DAY);
  expect([left(), ended]).toEqual([[EVE], [second]]);
});

test('a session lasts for 180 days, and knows its device by three hundred characters', async () => {
  await sessions.start(ANA, 'x'.repeat(400), 'hash of ana');
  const [device] = sessions.devices(ANA);
  expect(device?.userAgent).toHaveLength(300);
  const lasts = (ms: number) => {
    const id = device?.id ?? '';
    const { expires_at: at } = tables.database
      .prepare<[string], { expires_at: number }>('SELECT expires_at FROM sessions WHERE id = ?')
      .get(id) ?? { expires_at: 0 };
    // Two clocks are read one after the other.
    return Math.abs(at - clock.now() - ms) < 60_000;
  };
  expect([lasts(179 * DAY), lasts(180 * DAY), lasts(181 * DAY)]).toEqual([false, true, false]);
});
