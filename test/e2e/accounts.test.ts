/** The way in and out: setup, invitation, sign-in, and the end of sessions, as people meet them. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/server/database/database.ts';
import { createInvitationStore } from '../../src/server/friends/invitation-store.ts';
import { createClient } from '../helpers/client.ts';
import { arrive, createPerson, type Person, signIn, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { type LiveSocket, openLive } from '../helpers/socket.ts';
import { click, fill, find, findAll, follow, textOf, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

/** The close code that tells a page not to come back by itself. */
const SIGNED_OUT = 4401;

/** The close code, which must come within a second of the page's saying that it is done. */
const closedSoon = (socket: LiveSocket) =>
  eventually('the socket to be closed', () => socket.closeCode(), 1000);

/** The code of one of Ben's that nobody has used in time. */
function expiredInvitation(server: Server): string {
  const database = openDatabase(join(server.dataDir, 'porchlight.db'));
  const code = randomUUID();
  const given = { code, inviterId: 2, now: Date.now() - 2000, expiresAt: Date.now() - 1000, uses: 1 };
  createInvitationStore(database).insert(given);
  database.close();
  return code;
}

const browsers = useBrowsers({ chromium: { shell: true }, firefox: { engine: 'firefox' } });

describe('from an empty server to two friends', () => {
  let server: Server;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.remove());

  test('whoever opens the setup link becomes the owner, and the link is used up', async () => {
    const page = await browsers.chromium.newPage();
    await page.goto(server.setupLink());
    await fill(page, 'Display name', 'Anna');
    await fill(page, 'Username', 'anna');
    await fill(page, 'Password', 'anna keeps the light on');
    await follow(page, 'button', 'Create account');

    for (const name of ['Chats', 'Friends', 'Settings', 'Admin']) await find(page, 'link', name);
    await find(page, 'button', 'Sign out');
    expect((await createClient(server.origin).get(new URL(server.setupLink()).pathname)).status).toBe(404);
    expect((await fetch(server.setupLink())).status).toBe(404);
  });

  test('the owner makes an invitation, as a link and as a QR code', async () => {
    const page = await browsers.chromium.newPage();
    await arrive(page, server, await createPerson(server, 'anna', 'Anna'), '/friends');
    await follow(page, 'button', 'Create invitation');
    await find(page, 'image', 'QR code of the invitation link');
    const invitation = /http:\/\/\S+\/join\/\S+/.exec(await textOf(page))?.[0] ?? '';
    expect(new URL(invitation).origin).toBe(server.origin);
    expect((await fetch(invitation)).status).toBe(200);

    await page.browserContext().overridePermissions(server.origin, ['clipboard-read', 'clipboard-write']);
    await click(page, 'button', 'Copy');
    await waitForText(page, 'status', undefined, /Copied/);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(invitation);
    // What a phone offers for it isn't there on this machine: it is told the link and who invites.
    await page.evaluateOnNewDocument(() => {
      Object.defineProperty(navigator, 'share', {
        value: async (shared: ShareData) => Object.assign(document.body.dataset, shared),
      });
    });
    await page.reload();
    await click(page, 'button', 'Share');
    // The script that shares comes with the first touch.
    await page.waitForFunction(() => document.body.dataset.url);
    expect(await page.evaluate(() => ({ ...document.body.dataset }))).toMatchObject({
      url: invitation,
      text: expect.stringContaining('Anna invites you'),
    });
  });

  test('who follows it in another browser joins and has a friend from the start', async () => {
    const anna = await signInClient(server, await createPerson(server, 'anna', 'Anna'));
    await createPerson(server, 'ben', 'Ben');
    const { body } = await anna.submit('/friends', 'Create invitation');
    const invitation = `${server.origin}${/\/join\/[\w-]+/.exec(body)?.[0]}`;
    const page = await browsers.firefox.newPage();
    await page.goto(invitation);
    expect(await textOf(page)).toContain('Anna');
    await fill(page, 'Display name', 'Grandma Zoë');
    await fill(page, 'Username', 'zoe');
    await fill(page, 'Password', 'the cat sleeps outside');
    await follow(page, 'button', 'Join');
    expect(new URL(page.url()).pathname).toMatch(/^\/chats\/\d+$/);
    await find(page, 'heading', 'Anna');
    await find(page, 'textbox', 'Message');

    // Somebody else finds it used, and hears from whom another one comes.
    const late = await browsers.chromium.newPage();
    await late.goto(invitation);
    await find(late, 'heading', 'This invitation has been used');
    expect(await textOf(late)).toContain('Ask Anna for a new one.');
    await follow(late, 'link', 'Sign in');
    // So does whoever comes too late, and one with half of a link, both with an account and without one.
    for (const visitor of [late, page]) {
      await visitor.goto(`${server.origin}/join/${expiredInvitation(server)}`);
      await find(visitor, 'heading', 'This invitation has expired');
      expect(await textOf(visitor)).toContain('Ask Ben for a new one.');
      await visitor.goto(invitation.slice(0, -3));
      await find(visitor, 'heading', "This invitation doesn't work");
      expect(await textOf(visitor)).toContain('Open the whole link, or ask whoever sent it for a new one.');
      await find(visitor, 'link', visitor === late ? 'Sign in' : 'Chats');
    }

    await page.goto(`${server.origin}/friends`);
    for (const name of ['Message', 'Voice call', 'Video call']) await find(page, 'link', name);
    expect(await textOf(page)).toContain('Anna');
    expect((await findAll(page, 'link', 'Admin')).length).toBe(0);
    expect((await fetch(invitation)).status).toBe(404);
  });
});

describe('with an account', () => {
  let server: Server;
  let anna: Person;
  beforeAll(async () => {
    server = await startServer();
    anna = await createPerson(server, 'anna', 'Anna');
  });
  afterAll(() => server.remove());

  test('a wrong password is said where it happened and keeps the name; the right one signs in', async () => {
    for (const browser of [browsers.chromium, browsers.firefox]) {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/settings`);
      await fill(page, 'Username', 'anna');
      await fill(page, 'Password', 'not this one');
      await follow(page, 'button', 'Sign in');
      await waitForText(page, 'alert', undefined, /Wrong username or password/);
      const name = await find(page, 'textbox', 'Username');
      expect(await name.evaluate((node) => node instanceof HTMLInputElement && node.value)).toBe('anna');

      await fill(page, 'Password', anna.password);
      await follow(page, 'button', 'Sign in');
      expect(new URL(page.url()).pathname).toBe('/settings');
    }
  });

  test('after signing out, going back shows nothing of what was there', async () => {
    for (const browser of [browsers.chromium, browsers.firefox]) {
      const page = await browser.newPage();
      await signIn(page, server, anna);
      await follow(page, 'link', 'Settings');
      await follow(page, 'button', 'Sign out');
      await find(page, 'button', 'Sign in');
      await page.goBack();
      await find(page, 'button', 'Sign in');
      expect(await textOf(page)).not.toContain('Devices');
    }
  });

  test('a new password ends every other device within a second, and this one stays', async () => {
    const dora = await createPerson(server, 'dora', 'Dora');
    const tablet = await signInClient(server, dora);
    const socket = await openLive(tablet);
    const page = await browsers.chromium.newPage();
    await arrive(page, server, dora, '/settings');
    await fill(page, 'Current password', dora.password);
    await fill(page, 'New password', 'a new lamp for the porch');
    await follow(page, 'button', 'Change password');
    expect(await closedSoon(socket)).toBe(SIGNED_OUT);
    expect((await tablet.get('/chats')).path).toContain('/login');
    await follow(page, 'link', 'Chats');
    expect(new URL(page.url()).pathname).toBe('/chats');
  });

  test('a device signed out from another one loses its open page within a second, and stays away', async () => {
    const carl = await createPerson(server, 'carl', 'Carl');
    const tablet = await signInClient(server, carl);
    const socket = await openLive(tablet);
    const page = await browsers.firefox.newPage();
    await arrive(page, server, carl, '/settings');
    await find(page, 'button', 'Change password');
    const rows = await findAll(page, 'listitem');
    const texts = await Promise.all(rows.map((row) => row.evaluate((node) => node.textContent)));
    const other = rows[texts.findIndex((text) => text.includes('Sign out') && !text.includes('This device'))];
    if (other === undefined) throw new Error(`no other device among ${texts.join('; ')}`);

    await click(other, 'button', 'Sign out');
    await waitForText(page, 'status', undefined, /signed out/);
    expect(await closedSoon(socket)).toBe(SIGNED_OUT);
    await expect(openLive(tablet)).rejects.toThrow();
    expect((await tablet.get('/chats')).path).toContain('/login');
  });

  test('ten wrong passwords make a name wait, even when they come at once', async () => {
    await createPerson(server, 'guessed', 'Guessed');
    const client = createClient(server.origin);
    const token = /name="_csrf" value="([^"]*)"/.exec((await client.get('/login')).body)?.[1] ?? '';
    const guess = (password: string) =>
      client.post('/login', { _csrf: token, username: 'guessed', password });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => guess(`guess ${i}`)));
    expect(answers.filter(({ status }) => status !== 429).length).toBeLessThanOrEqual(10);
    expect((await guess('guessed keeps the light on')).status).toBe(429);
    expect((await signInClient(server, anna)).origin).toBe(server.origin);
  });
});
