import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person, tokenIn } from '../../../test/helpers/house.ts';
import { cleanName } from '../files/names.ts';
import { cleanLabel, hasVisible } from './visible-text.ts';

const INVISIBLE = [
  ...['\u200b', '\u3164', '\u2800', '\u2060', '\u00ad', '\u115f', '\ufe0f', '\u180e'],
  ...['\uffa0', '\u2003', '\u200d', '\u0301', '\u{e0061}', '\u{1d159}', '\u202e', ' \u200b\u3164 '],
];

test.each(
  INVISIBLE.map((text) => [text.codePointAt(0)?.toString(16), text]),
)('nobody sees U+%s', (_code, text) => {
  expect(hasVisible(text)).toBe(false);
  expect(cleanLabel(text)).toBe('');
  expect(cleanName(text)).toBe('');
});

test.each(['a', '。', '陈', '😀', '❤️', 'é', '-', '⠁', 'ᄀ'])('everybody sees %s', (text) => {
  expect(hasVisible(text)).toBe(true);
  expect(cleanLabel(text)).toBe(text);
});

test('a name loses what hides in it and keeps what belongs to it', () => {
  expect(cleanLabel('An\u200ba')).toBe('Ana');
  expect(cleanLabel('\u200dA\u200dna\u200d')).toBe('Ana');
  expect(cleanLabel('\u202eAna\u3164')).toBe('Ana');
  expect(cleanLabel(' Ana \n Maria ')).toBe('Ana Maria');
  for (const name of ['👨‍👩‍👧', '🏴󠁧󠁢󠁳󠁣󠁴󠁿 Fiona', 'می‌خواهم', 'José']) expect(cleanLabel(name)).toBe(name);
});

describe('in a house', () => {
  let house: House;
  let ana: Person;
  let ben: Person;
  let chat: number;
  beforeEach(async () => {
    ({ house, ana, ben, chat } = await openHouseOfFriends());
  });
  afterEach(() => house.close());

  test('a message that nobody would see isn’t sent, and none is made of one', async () => {
    const { chats } = house.app.services;
    for (const body of INVISIBLE) {
      const answer = await ana.post(`/chats/${chat}`, { key: crypto.randomUUID(), body });
      expect(answer.statusCode).toBe(422);
      expect(answer.body).toContain('Write something first.');
    }
    await ana.post(`/chats/${chat}`, { key: crypto.randomUUID(), body: 'Hi' });
    const id = chats.newestId(chat);
    for (const body of INVISIBLE.slice(0, 3))
      expect((await ana.post(`/chats/${chat}/messages/${id}`, { body })).statusCode).toBe(422);
    expect(chats.message(chat, id)?.body).toBe('Hi');
  });

  test('a file with a text that nobody would see is sent without one', async () => {
    const form = new FormData();
    form.set('_csrf', ben.token);
    form.set('key', crypto.randomUUID());
    form.set('body', '\u3164');
    form.set('file', new File(['hello'], 'a.txt'));
    const request = new Request('http://localhost/', { method: 'POST', body: form });
    const answer = await house.app.inject({
      method: 'POST',
      url: `/chats/${chat}`,
      headers: { cookie: ben.cookie, 'content-type': request.headers.get('content-type') ?? '' },
      payload: Buffer.from(await request.arrayBuffer()),
    });
    expect(answer.statusCode).toBe(303);
    const { chats } = house.app.services;
    expect(chats.message(chat, chats.newestId(chat))).toMatchObject({ body: '', hasFile: true });
  });

  test('nobody gets a name that nobody sees', async () => {
    await ana.post('/friends/invitations', { days: '1', uses: '1' });
    const url = /\/join\/[\w-]+/.exec((await ana.get('/friends')).body)?.[0] ?? '';
    const page = await house.app.inject({ url });
    const { token, cookie } = tokenIn(page);
    const join = (displayName: string, username: string) =>
      house.app.inject({
        method: 'POST',
        url,
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({
          _csrf: token,
          displayName,
          username,
          password: 'porch-light',
        }).toString(),
      });
    for (const name of INVISIBLE) {
      expect((await join(name, 'eve')).body).toContain('id="displayName-error"');
      expect((await join('Eve', name)).body).toContain('id="username-error"');
      // Beside letters it would make a second name that looks like the first.
      if (name.trim() === name && name !== '\u0301')
        expect((await join('Eve', `a${name}b`)).statusCode, name).not.toBe(303);
    }
    expect(house.app.services.accounts.allUsers()).toHaveLength(2);
  });
});
