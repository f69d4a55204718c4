import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { admin } from '../../../test/helpers/admin.ts';
import { createSessions } from '../accounts/sessions.ts';
import { signIn } from '../accounts/sign-in.ts';
import { createAccountStore } from '../accounts/store.ts';
import { createEvents } from '../background/events.ts';
import { systemClock } from '../clock.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { createFriends } from '../friends/friends.ts';
import { createInvitationStore } from '../friends/invitation-store.ts';
import { createFriendStore } from '../friends/store.ts';

let dir = '';
let server: Database | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'porchlight-admin-'));
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(dir, { recursive: true, force: true });
});

/** The same file as a running server has it open. */
function asServer() {
  server ??= openDatabase(join(dir, 'porchlight.db'));
  const events = createEvents();
  const accounts = createAccountStore(server);
  return {
    accounts,
    sessions: createSessions(server, systemClock, events, false),
    friends: createFriends(createFriendStore(server), accounts, systemClock, events, () => {}),
    invitations: createInvitationStore(server),
  };
}

async function signInOn(device: string, user: number): Promise<string> {
  const { accounts, sessions } = asServer();
  return (await sessions.start(user, device, accounts.passwordHash(user) ?? '')) ?? '';
}

const create = (name: string, display: string, ...more: string[]) =>
  admin(dir, ['create-user', name, '--display', display, ...more]);

describe('create-user', () => {
  test('the first one is the owner, the next is not, and both can sign in', async () => {
    expect(await create('Mei', '奶奶')).toEqual({
      code: 0,
      said: 'Created mei (奶奶), an owner of this server.',
      noted: '',
    });
    expect((await create('tom', 'Tom')).said).toBe('Created tom (Tom).');
    const { accounts } = asServer();
    expect(accounts.allUsers().map(({ username, isOwner }) => [username, isOwner])).toEqual([
      ['mei', true],
      ['tom', false],
    ]);
    expect((await signIn(accounts, 'tom', 'a quiet evening'))?.user.displayName).toBe('Tom');
    expect(await signIn(accounts, 'tom', 'a loud evening')).toBeUndefined();
  });

  test('--owner makes one more owner', async () => {
    await create('mei', 'Mei');
    await create('tom', 'Tom', '--owner');
    expect(
      asServer()
        .accounts.allUsers()
        .every(({ isOwner }) => isOwner),
    ).toBe(true);
  });

  test.each([
    [['create-user', 'mei'], 2, 'Say how the family will see this person: --display "Grandma".'],
    [['create-user', '--display', 'Mei'], 2, 'Usage: npm run admin -- create-user NAME'],
    [['create-user', 'a b', '--display', 'Mei'], 1, 'Use 1 to 32 letters, digits, dots'],
    [['create-user', 'mei', '--display', ' '], 1, 'Enter a name of 1 to 50 characters.'],
    [['create-user', 'mei', '--dispaly', 'Mei'], 2, "Unknown option '--dispaly'"],
  ])('%j is refused in a sentence, and no database is made', async (words, code, sentence) => {
    const outcome = await admin(dir, words);
    expect(outcome.code).toBe(code);
    expect(outcome.noted).toContain(sentence);
    expect(existsSync(join(dir, 'porchlight.db'))).toBe(false);
  });

  test('a short password and a taken name change nothing', async () => {
    const short = await admin(dir, ['create-user', 'mei', '--display', 'Mei'], { password: 'secret' });
    expect(short).toEqual({ code: 1, said: '', noted: "This password won't do. Use at least 8 characters." });
    await create('mei', 'Mei');
    expect((await create('MEI', 'Another')).noted).toBe('The username “mei” is taken. Choose another one.');
    expect(asServer().accounts.allUsers()).toHaveLength(1);
  });
});

describe('reset-password', () => {
  test("sets the new one and ends the person's sessions in a server's database, nobody else's", async () => {
    await create('mei', 'Mei');
    await create('tom', 'Tom');
    const { accounts, sessions } = asServer();
    const cookie = (await signInOn('tablet', 1)).split(';')[0] ?? '';
    await signInOn('phone', 2);
    expect((await sessions.read(cookie))?.signedIn.user.username).toBe('mei');
    const outcome = await admin(dir, ['reset-password', 'mei'], { password: 'another evening' });
    expect(outcome.code).toBe(0);
    expect(await sessions.read(cookie)).toBeUndefined();
    expect(sessions.devices(2)).toHaveLength(1);
    expect(await signIn(accounts, 'mei', 'another evening')).toBeDefined();
  });

  test('--invent prints a password that works, alone on standard output', async () => {
    await create('mei', 'Mei');
    const { said } = await admin(dir, ['reset-password', 'mei', '--invent']);
    expect(said).toMatch(/^\w{4}-\w{4}-\w{4}$/);
    expect(await signIn(asServer().accounts, 'mei', said)).toBeDefined();
  });

  test('an unknown name is said before a password is asked for', async () => {
    await create('mei', 'Mei');
    const { code, noted } = await admin(dir, ['reset-password', 'may'], { password: 'short' });
    expect(code).toBe(1);
    expect(noted).toContain('There is nobody with the username “may”.');
  });
});

describe('befriend', () => {
  test('makes two people friends, also where one had only asked, and twice does no harm', async () => {
    await create('mei', 'Mei');
    await create('tom', 'Tom');
    asServer().friends.ask(1, 'tom');
    for (const _ of [1, 2])
      expect((await admin(dir, ['befriend', 'mei', 'tom'])).said).toBe('Mei and Tom are friends.');
    expect(asServer().friends.areFriends(1, 2)).toBe(true);
  });

  test('is no way around a block', async () => {
    await create('mei', 'Mei');
    await create('tom', 'Tom');
    await admin(dir, ['befriend', 'mei', 'tom']);
    asServer().friends.block(2, 1);
    const outcome = await admin(dir, ['befriend', 'mei', 'tom']);
    expect(outcome).toMatchObject({ code: 1, noted: expect.stringContaining('Tom has blocked Mei.') });
    expect(asServer().friends.areFriends(1, 2)).toBe(false);
  });

  test('needs two different people', async () => {
    await create('mei', 'Mei');
    expect((await admin(dir, ['befriend', 'mei', 'MEI'])).noted).toContain('one and the same person');
    expect((await admin(dir, ['befriend', 'mei'])).code).toBe(2);
  });
});

describe('list-users', () => {
  test('shows name, owner and the day last seen', async () => {
    await create('mei', '奶奶');
    await create('thomas', 'Tom');
    await signInOn('phone', 2);
    const today = new Date().toISOString().slice(0, 10);
    expect((await admin(dir, ['list-users'])).said.split('\n')).toEqual([
      'mei     owner  not signed in  奶奶',
      `thomas         ${today}     Tom`,
    ]);
  });

  test('where there is no database it says so instead of making one', async () => {
    const { code, noted } = await admin(dir, ['list-users']);
    expect(code).toBe(1);
    expect(noted).toContain('Start Porchlight there once, or set DATA_DIR');
    expect(existsSync(join(dir, 'porchlight.db'))).toBe(false);
  });
});

describe('invite', () => {
  test("prints a link in the owner's name that a running server accepts", async () => {
    await create('mei', 'Mei');
    const { said, noted } = await admin(dir, ['invite', '--days', '2', '--uses', '3'], {
      env: { PUBLIC_URL: 'https://home.example' },
    });
    expect(said).toMatch(/^https:\/\/home\.example\/join\/[a-z0-9]{20}$/);
    expect(noted).toBe('Good for 2 days and 3 people.');
    const invitation = asServer().invitations.byCode(said.split('/').at(-1) ?? '', Date.now());
    expect(invitation).toMatchObject({ inviterName: 'Mei', usesLeft: 3 });
  });

  test('without PUBLIC_URL it is this computer, and says so', async () => {
    await create('mei', 'Mei');
    const { said, noted } = await admin(dir, ['invite'], { env: { PORT: '3100' } });
    expect(said).toMatch(/^http:\/\/localhost:3100\/join\//);
    expect(noted).toContain('Set PUBLIC_URL');
  });

  test.each(['0', '366', 'soon'])('%s days are refused', async (days) => {
    await create('mei', 'Mei');
    const { code, noted } = await admin(dir, ['invite', '--days', days]);
    expect([code, noted]).toEqual([2, 'An invitation is good for 1 to 365 days and 1 to 50 people.']);
  });
});

test('help, unknown commands and a wrong environment', async () => {
  const help = await admin(dir, ['help']);
  expect(help.code).toBe(0);
  for (const name of [
    'create-user',
    'list-users',
    'invite',
    'reset-password',
    'befriend',
    'backup',
    'restore',
  ])
    expect(help.said).toContain(`  ${name}`);
  expect((await admin(dir, ['creat-user'])).noted).toContain('There is no command "creat-user".');
  expect((await admin(dir, [])).code).toBe(2);
  const wrong = await admin(dir, ['list-users'], { env: { PORT: 'x' } });
  expect([wrong.code, wrong.noted]).toEqual([1, 'PORT must be a number.']);
});

test('rename changes what the family sees, by the rules of the forms', async () => {
  await admin(dir, ['create-user', 'mei', '--display', 'Mei']);
  const { accounts } = asServer();
  const id = accounts.userByUsername('mei')?.id ?? 0;
  accounts.setPicture(id, Buffer.from('picture'));
  expect(await admin(dir, ['rename', 'mei', '--display', '奶奶'])).toMatchObject({ code: 0 });
  expect(accounts.userById(id)).toMatchObject({ displayName: '奶奶', picture: expect.any(String) });
  expect(await admin(dir, ['rename', 'mei', '--remove-picture'])).toMatchObject({ code: 0 });
  expect(accounts.userById(id)).toMatchObject({ displayName: '奶奶', picture: undefined });
  expect(await admin(dir, ['rename', 'mei', '--display', '\u3164'])).toMatchObject({ code: 1 });
  expect(await admin(dir, ['rename', 'mei'])).toMatchObject({ code: 2 });
  expect(await admin(dir, ['rename', 'nobody', '--display', 'X'])).toMatchObject({ code: 1 });
});
