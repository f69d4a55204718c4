/** What becomes of the links that let people in: on their way, and in the hands of who is in already. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, type Person, tokenIn } from '../../../test/helpers/house.ts';
import { whileFailing } from '../../../test/helpers/tables.ts';
import { codeIn, makeCode } from '../accounts/codes.ts';

let house: House;
let ana: Person;
beforeEach(async () => {
  house = await openHouse();
  ana = await house.person('ana');
});
afterEach(() => house.close());

async function invitation(uses = 1): Promise<string> {
  await ana.post('/friends/invitations', { days: '1', uses: `${uses}` });
  return house.app.services.invitations.madeBy(ana.id, house.clock.now())[0]?.code ?? '';
}
const usesLeft = (code: string) =>
  house.app.services.invitations.byCode(code, house.clock.now())?.usesLeft ?? 0;

/** Joins as somebody new, whose browser is signed in from then on. */
async function joinAs(url: string, username: string) {
  const { token, cookie } = tokenIn(await house.app.inject(url));
  const answer = await house.app.inject({
    method: 'POST',
    url,
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      _csrf: token,
      displayName: username,
      username,
      password: 'porch-light',
    }).toString(),
  });
  const session = answer.cookies.find(({ name }) => name === 'porchlight')?.value;
  return {
    answer,
    get: (path: string) => house.app.inject({ url: path, headers: { cookie: `porchlight=${session}` } }),
  };
}

test('no code ends in something that a messenger leaves out of a link', async () => {
  for (let n = 0; n < 2_000; n++) expect(makeCode(20)).toMatch(/^[a-z\d]{20}$/);
  expect(await invitation()).toMatch(/^[a-z\d]{20,}$/);
});

/** What came along with a link, out of the text it stood in. */
const BEHIND = ['/', '.', ')', ',', '。', '，', ' ', '】', '/)', '-', '。你好', '"', '?from=chat'];

test('an invitation works whatever came along behind its link', async () => {
  const code = await invitation();
  for (const behind of BEHIND) {
    const page = await house.app.inject(`/join/${code}${encodeURI(behind)}`);
    expect(page.statusCode, behind).toBe(200);
    expect(page.body).toContain(`action="/join/${code}"`);
  }
});

test('so does the setup link, and letters of other scripts in it are no error', async () => {
  const empty = await openHouse();
  try {
    const code = empty.app.services.setup.code();
    expect(code).toMatch(/^[a-z\d]{20,}$/);
    for (const behind of ['.', ')', '。', ' ', '/'])
      expect((await empty.app.inject(`/setup?code=${code}${encodeURI(behind)}`)).statusCode).toBe(200);
    for (const wrong of ['%C3%A9'.repeat(30), '', `x${code}`, code?.slice(1)]) {
      const page = await empty.app.inject(`/setup?code=${wrong}`);
      expect(page.statusCode).toBe(404);
      expect(page.body).toContain('Use the newest one');
    }
    await empty.person('ana');
    expect((await empty.app.inject(`/setup?code=${code}`)).body).toContain(
      'this server has an owner already',
    );
  } finally {
    await empty.close();
  }
});

test('codes that were made earlier, of other characters, still work', () => {
  expect(codeIn('a_b-C9-')).toBe('a_b-C9-');
  expect(codeIn(' abc。')).toBe('abc');
  expect(codeIn('(abc')).toBe('');
  expect(codeIn(['abc'])).toBe('');
});

test('who has an account is offered friendship instead of a second one, for one use', async () => {
  const ben = await house.person('ben');
  const code = await invitation(2);
  const page = await ben.get(`/join/${code}`);
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toContain('name="username"');
  expect(page.body).toContain(`action="/join/${code}/friend"`);
  const { friends, accounts, chats } = house.app.services;
  const chat = `/chats/${chats.directWith(ana.id, ben.id)}#end`;
  for (let press = 0; press < 2; press++) {
    const answer = await ben.post(`/join/${code}/friend`);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, chat]);
  }
  expect(friends.areFriends(ana.id, ben.id)).toBe(true);
  expect(usesLeft(code)).toBe(1);
  expect((await ben.get(`/join/${code}`)).body).toContain('You and ana are already friends.');
  // A form that was open before signing in makes no account either.
  const late = await ben.post(`/join/${code}`, {
    displayName: 'B',
    username: 'ben2',
    password: 'porch-light',
  });
  expect(late.headers.location).toBe(`/join/${code}`);
  expect(accounts.allUsers()).toHaveLength(2);
});

test('an invitation says to who made it that it is their own', async () => {
  const code = await invitation();
  expect((await ana.get(`/join/${code}`)).body).toContain('This is your own invitation.');
  expect((await ana.post(`/join/${code}/friend`)).statusCode).toBe(404);
  expect(usesLeft(code)).toBe(1);
});

test('who joins arrives in the chat with the inviter, where the link leads from then on', async () => {
  const code = await invitation();
  const newcomer = await joinAs(`/join/${code}`, 'cleo');
  const { accounts, chats } = house.app.services;
  const chat = `/chats/${chats.directWith(ana.id, accounts.userByUsername('cleo')?.id ?? 0)}`;
  expect([newcomer.answer.statusCode, newcomer.answer.headers.location]).toEqual([303, `${chat}#end`]);
  expect((await newcomer.get(chat)).body).toContain('id="composer"');
  expect(usesLeft(code)).toBe(0);
  expect((await newcomer.get(`/join/${code}`)).headers.location).toBe(`${chat}#end`);
});

test('a link that works no more says why and what to do, with an account and without', async () => {
  const used = await invitation();
  await joinAs(`/join/${used}`, 'cleo');
  const expired = await invitation();
  house.clock.advance(24 * 60 * 60 * 1000);
  const ben = await house.person('ben');
  const said = {
    [`/join/${used}`]: /has been used[\s\S]*Ask ana for a new one\./,
    [`/join/${expired}`]: /has expired[\s\S]*Ask ana for a new one\./,
    '/join/nonsense': /doesn’t work[\s\S]*ask whoever sent it for a new one\./,
    '/join': /ask whoever sent it for a new one\./,
  };
  for (const [url, sentence] of Object.entries(said))
    for (const get of [(path: string) => house.app.inject(path), ben.get]) {
      const page = await get(url);
      expect(page.statusCode, url).toBe(404);
      expect(page.body.replaceAll('&#39;', '’'), url).toMatch(sentence);
      // Somebody who joined with it, or who has an account, is a press away from it.
      expect(page.body.includes('href="/login'), url).toBe(get !== ben.get);
    }
  expect((await house.app.inject(`/join/${used}`)).body).toContain(
    `/login?next=${encodeURIComponent(`/join/${used}`)}`,
  );
  expect((await ben.post(`/join/${used}/friend`)).statusCode).toBe(404);
  expect((await ana.get(`/join/${expired}`)).body).toContain('Create a new one');
  house.app.services.friends.befriend(ana.id, ben.id);
  expect((await ben.get(`/join/${expired}`)).body).toContain('You and ana are already friends.');
});

test('an invitation doesn’t get past the block of who made it, and ends one’s own', async () => {
  const ben = await house.person('ben');
  const code = await invitation(5);
  const { friends } = house.app.services;
  friends.befriend(ana.id, ben.id);
  await ana.post(`/friends/${ben.id}/block`);
  expect((await ben.get(`/join/${code}`)).statusCode).toBe(404);
  expect((await ben.post(`/join/${code}/friend`)).statusCode).toBe(404);
  expect(usesLeft(code)).toBe(5);
  await ana.post(`/friends/${ben.id}/unblock`);
  friends.befriend(ana.id, ben.id);
  await ben.post(`/friends/${ana.id}/block`);
  expect((await ben.post(`/join/${code}/friend`)).statusCode).toBe(303);
  expect(friends.areFriends(ana.id, ben.id)).toBe(true);
  expect(friends.blockedBy(ben.id)).toEqual([]);
});

test('an account that can’t be made whole is none, and costs no use', async () => {
  const code = await invitation(2);
  const { accounts, friends } = house.app.services;
  const database = new Sqlite(join(house.dataDir, 'porchlight.db'));
  const failed = await whileFailing(database, 'INSERT ON friendships', () => joinAs(`/join/${code}`, 'cleo'));
  database.close();
  expect(failed.answer.statusCode).toBe(500);
  expect([accounts.userByUsername('cleo'), usesLeft(code)]).toEqual([undefined, 2]);
  expect((await joinAs(`/join/${code}`, 'cleo')).answer.statusCode).toBe(303);
  const cleo = accounts.userByUsername('cleo')?.id ?? 0;
  expect([friends.areFriends(ana.id, cleo), usesLeft(code)]).toEqual([true, 1]);
});

test('who signs in from an invitation comes back to it', async () => {
  const code = await invitation();
  expect((await house.app.inject(`/join/${code}`)).body).toContain(
    `/login?next=${encodeURIComponent(`/join/${code}`)}`,
  );
});
