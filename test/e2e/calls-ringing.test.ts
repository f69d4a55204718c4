/** The ways into a call and out of it again: what each side sees, and what stands in the chat afterwards. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../helpers/axe.ts';
import { openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp, newestEntry, ringOn, says } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { type House, openHouse, PASSWORD } from '../helpers/house.ts';
import { isSeen, picturesChange, pitchHeard, takeSmallPictures, takeSoundAsItIs } from '../helpers/media.ts';
import { befriend, chatOf, createPair, createPerson, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, findAll, follow, gone, pressOn, textOf, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const PITCH = 440;

const browsers = useBrowsers({
  chromium: { shell: true, camera: 'green', frameRate: 5, pitch: PITCH },
  firefox: { engine: 'firefox' },
});

let server: Server;
let anna: Client;
let ben: Client;
let cleo: Client;
/** Another device of Ben's, with a session of its own. */
let bensTablet: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  const pair = await createPair(server);
  const third = await createPerson(server, 'cleo', 'Cleo');
  await befriend(server, pair[0], third);
  anna = await signInClient(server, pair[0]);
  ben = await signInClient(server, pair[1]);
  bensTablet = await signInClient(server, pair[1]);
  cleo = await signInClient(server, third);
  chat = await chatOf(anna, pair[1]);
});

afterAll(async () => {
  await server.remove();
});

/** A page at home with somebody, small so that its pictures cost little. */
const open = async (client: Client, path: string, browser = browsers.chromium): Promise<Page> => {
  const page = await browser.newPage({ width: 800, height: 600 });
  // Both sides sit in one browser and speak at one pitch: each would be the other's echo.
  await takeSoundAsItIs(page);
  await takeSmallPictures(page);
  await visit(page, client, path);
  return page;
};

const silent = (page: Page) => gone(page, 'alertdialog', 'Incoming call');

/** Whether a page rings, or waits to be allowed to. */
const isLoud = (page: Page) =>
  page.evaluate(() => document.querySelector<HTMLAudioElement>('.ring audio')?.paused === false);

/** The colours of the newest call in a chat, and the one that calls for attention. */
const callColours = async (page: Page) => {
  const shown = await page.$$eval('.call-entry', (entries) =>
    [...(entries.at(-1)?.querySelectorAll('svg, span, .call-back') ?? [])].map(
      (part) => getComputedStyle(part).color,
    ),
  );
  return { shown, danger: await dangerOf(page) };
};

const dangerOf = (page: Page) =>
  page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('span'));
    probe.style.color = 'var(--danger)';
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  });

/** Whether a page plays the tone of ringing at the other side. */
const hearsRinging = (page: Page) =>
  page.evaluate(() => {
    const tone = document.querySelector<HTMLAudioElement>('audio[src$="/ringback.mp3"]');
    return tone !== null && !tone.paused && !tone.muted && tone.currentTime > 0;
  });

describe('while it rings', () => {
  test('every device rings on any page, says who and how, and falls silent when one answers', async () => {
    const tablet = await open(bensTablet, '/settings', browsers.firefox);
    const laptop = await open(ben, '/friends');
    const caller = await open(anna, chat);
    await dial(caller, 'video');
    for (const page of [tablet, laptop]) {
      await ringOn(page);
      await waitForText(page, 'alertdialog', 'Incoming call', /Anna · Video call/);
    }

    await accept(tablet);
    await silent(laptop);
    await connected(caller, tablet);
    await picturesChange(tablet, 'Anna');
    expect(new URL(laptop.url()).pathname).toBe('/friends');
    expect(new URL(tablet.url()).pathname).toBe(new URL(caller.url()).pathname);
    await hangUp(tablet, caller);
  });

  test('Decline on one device ends it for all, and leaves each where it was', async () => {
    const tablet = await open(bensTablet, '/settings', browsers.firefox);
    const laptop = await open(ben, '/chats');
    const caller = await open(anna, chat, browsers.firefox);
    await dial(caller, 'voice');
    await waitForText(tablet, 'alertdialog', 'Incoming call', /Anna · Voice call/);
    await eventually('the tone', () => hearsRinging(caller));
    await click(await ringOn(laptop), 'button', 'Decline');
    await silent(laptop);
    await silent(tablet);
    await says(caller, /Call ended/);
    await waitForText(caller, 'main', undefined, /The call was declined\./);
    expect(await hearsRinging(caller)).toBe(false);
    expect([tablet, laptop].map((page) => new URL(page.url()).pathname)).toEqual(['/settings', '/chats']);
    await follow(caller, 'link', 'Back to chat');
    await newestEntry(caller, /^Voice call · Declined/);
  });

  test('a browser without WebRTC says so before anything is accepted, and the others go on ringing', async () => {
    const bare = await open(ben, '/chats');
    await bare.evaluateOnNewDocument(() => Reflect.deleteProperty(window, 'RTCPeerConnection'));
    await bare.goto(`${server.origin}${chat}`);
    const laptop = await open(bensTablet, '/settings');
    const caller = await open(anna, chat);
    // Its links to calls lead nowhere, and say why.
    await click(bare, 'link', 'Video call');
    await eventually('the notice', async () => (await textOf(bare)).includes("can't take part in calls"));
    expect(new URL(bare.url()).pathname).toBe(chat);

    await dial(caller, 'video');
    const ring = await ringOn(bare);
    await waitForText(bare, 'alertdialog', 'Incoming call', /Answer on another device/);
    expect(await findAll(ring, 'link')).toEqual([]);
    // Its call page, by whatever way it was opened.
    await bare.goto(caller.url());
    await says(bare, /Not possible in this browser/);
    await waitForText(bare, 'main', undefined, /can't take part in calls.*another device/s);
    expect(await textOf(bare)).not.toContain('microphone');
    await says(caller, /Ringing…/);
    await accept(laptop);
    await connected(caller, laptop);
    await hangUp(caller, laptop);
  });

  test('the ring takes the focus, keeps it and gives it back, and Escape silences it in every tab', async () => {
    const laptop = await open(ben, chat);
    const tab = await laptop.browserContext().newPage();
    await tab.goto(`${server.origin}/settings`);
    await laptop.bringToFront();
    const box = await find(laptop, 'textbox', 'Message');
    await box.type('See you at t');
    const caller = await open(anna, chat);
    await dial(caller, 'voice');
    const ring = await ringOn(laptop);
    const isFocused = () => laptop.evaluate(() => document.activeElement?.closest('.ring') !== null);
    await eventually('the ring to have the focus', isFocused);
    // What is typed on goes nowhere: not into the message, and to neither of the ring's buttons.
    await laptop.keyboard.type('here ');
    await laptop.keyboard.press('Enter');
    const text = () => box.evaluate((node) => node instanceof HTMLTextAreaElement && node.value);
    expect(await text()).toBe('See you at t');
    for (let presses = 0; presses < 8; presses++) {
      await laptop.keyboard.press('Tab');
      expect(await isFocused()).toBe(true);
    }
    await box.click();
    await eventually('the focus to be back', isFocused);

    await eventually('a tab that rings', async () =>
      (await Promise.all([laptop, tab].map((page) => isLoud(page)))).includes(true),
    );
    await laptop.keyboard.press('Escape');
    await eventually('silence', async () =>
      (await Promise.all([laptop, tab].map((page) => isLoud(page)))).every((loud) => !loud),
    );
    await laptop.keyboard.type('hree');
    expect(await text()).toBe('See you at three');
    // It can still be answered, and the next page doesn't begin again.
    await find(ring, 'link', 'Accept');
    await laptop.goto(`${server.origin}/friends`);
    const quiet = await ringOn(laptop);
    await eventually('it to be silent', () => quiet.evaluate((node) => node.hasAttribute('data-silenced')));
    expect([await isLoud(laptop), await isFocused()]).toEqual([false, false]);
    await click(quiet, 'button', 'Decline');
    await silent(laptop);
    await says(caller, /Call ended/);
  });

  test('the caller who hangs up cancels it, and hears it ring until then', async () => {
    const callee = await open(ben, chat);
    const caller = await open(anna, chat);
    await dial(caller, 'video');
    await ringOn(callee);
    await eventually('the tone', () => hearsRinging(caller));
    await newestEntry(callee, /^Video call \d/);
    await hangUp(caller);
    await silent(callee);
    expect(await hearsRinging(caller)).toBe(false);
    await newestEntry(callee, /^Missed video call \d.* Call back$/);
    const missed = await callColours(callee);
    expect(missed.shown).toEqual([missed.danger, missed.danger, missed.danger]);
    await follow(caller, 'link', 'Back to chat');
    await newestEntry(caller, /^Video call · Cancelled \d/);
    const cancelled = await callColours(caller);
    expect(cancelled.shown).toHaveLength(2);
    expect(cancelled.shown).not.toContain(cancelled.danger);
  });

  test('who calls somebody in a call hears that they are busy, and they find a missed call', async () => {
    const [caller, callee] = [await open(ben, chat), await open(anna, '/chats')];
    await dial(caller, 'voice');
    await accept(callee);
    await connected(caller, callee);

    const phone = await open(anna, '/friends');
    const third = await open(cleo, '/friends');
    await follow(third, 'link', 'Video call');
    await says(third, /Call ended/);
    await waitForText(third, 'main', undefined, /Anna is in another call\./);
    for (const page of [callee, phone])
      await eventually('the notice', async () =>
        (await textOf(page)).includes('Missed video call from Cleo'),
      );
    expect((await findAll(phone, 'alertdialog')).length).toBe(0);
    await click(phone, 'button', 'OK');
    expect(await textOf(phone)).not.toContain('from Cleo');
    await connected(caller, callee);

    await follow(third, 'link', 'Back to chat');
    await newestEntry(third, /^Video call · Line busy/);
    await phone.goto(`${server.origin}/chats`);
    await waitForText(phone, 'main', undefined, /Missed video call/);
    await hangUp(callee, caller);
  });

  test('two who call each other at the same time are in one call', async () => {
    const pages = [await open(anna, chat), await open(ben, chat)] as const;
    const [one, other] = pages;
    const entries = async () => new Set((await anna.get(chat)).body.match(/\/calls\/[\w-]{22}/g)).size;
    const before = await entries();
    await Promise.all(pages.map((page) => follow(page, 'link', 'Video call')));
    await connected(...pages);
    await Promise.all([picturesChange(one, 'Ben'), picturesChange(other, 'Anna')]);
    expect(new URL(one.url()).pathname).toBe(new URL(other.url()).pathname);
    await hangUp(one, other);
    expect(await entries()).toBe(before + 1);
  });
});

describe('in a call', () => {
  test('the keyboard alone makes it, accepts it, mutes and hangs up', async () => {
    const callee = await open(anna, '/settings');
    const caller = await open(ben, '/friends');
    await pressOn(caller, 'link', 'Voice call');
    await says(caller, /Ringing…/);
    await pressOn(callee, 'link', 'Accept');
    await connected(caller, callee);

    await pressOn(callee, 'button', 'Microphone', 'Space');
    await waitForText(caller, 'group', 'Anna', /muted/);
    await callee.keyboard.press('m');
    await waitForText(caller, 'group', 'Anna', /^(?!.*muted)/s);
    // The toolbar's buttons are a row: the arrow keys go through it.
    const hangUpButton = await find(callee, 'button', 'Hang up');
    await eventually('the arrows to come to Hang up', async () => {
      await callee.keyboard.press('ArrowRight');
      return hangUpButton.evaluate((button) => button === document.activeElement);
    });
    await callee.keyboard.press('Enter');
    await says(caller, /Call ended/);
    await pressOn(caller, 'link', 'Back to chat');
    await newestEntry(caller, /^Voice call/);
  });

  test('a page that is loaded again comes back into it', async () => {
    const [caller, callee] = [await open(anna, chat), await open(ben, '/chats')];
    await dial(caller, 'video');
    await accept(callee);
    await connected(caller, callee);
    for (const page of [caller, callee]) {
      await page.reload();
      await connected(caller, callee);
      await Promise.all([
        picturesChange(caller, 'Ben'),
        picturesChange(callee, 'Anna'),
        pitchHeard(caller, 'Ben', PITCH),
        pitchHeard(callee, 'Anna', PITCH),
      ]);
    }
    await hangUp(callee, caller);
  });

  test.each([
    ['lets the page use no devices', 'refused', /isn't allowed to use the microphone and camera/],
    ['has no camera', 'none', /No camera was found/],
  ] as const)('who %s is told so, and sees and hears all the same', async (_, media, words) => {
    const bare = await openBrowser({ shell: true, media });
    try {
      const callee = await open(ben, '/chats', bare);
      const caller = await open(anna, chat);
      await dial(caller, 'video');
      await accept(callee);
      await connected(caller, callee);
      await waitForText(callee, 'main', undefined, words);
      await Promise.all([picturesChange(callee, 'Anna'), pitchHeard(callee, 'Anna', PITCH)]);
      expect(await isSeen(caller, 'Ben')).toBe(false);
      await hangUp(callee, caller);
      expect(bare.problems).toEqual([]);
    } finally {
      await bare.close();
    }
  });

  test('nothing of it keeps people with disabilities out, in either colour scheme', async () => {
    const [caller, callee] = [await open(anna, chat), await open(ben, '/chats')];
    await dial(caller, 'video');
    expect(await violations(caller)).toEqual([]);
    await ringOn(callee);
    expect(await violations(callee)).toEqual([]);
    await accept(callee);
    await connected(caller, callee);
    await picturesChange(caller, 'Ben');
    expect(await violations(caller)).toEqual([]);
    await hangUp(callee, caller);
    expect(await violations(caller)).toEqual([]);
  });
});

describe('with the clock turned', () => {
  let house: House;
  let tom: Client;
  let una: Client;
  /** Another device of Una's. */
  let unasTablet: Client;
  let origin: string;
  beforeAll(async () => {
    house = await openHouse();
    const people = [await house.person('tom'), await house.person('una')] as const;
    house.app.services.friends.befriend(people[0].id, people[1].id);
    const { port } = new URL(await house.app.listen({ port: 0, host: 'localhost' }));
    origin = `http://localhost:${port}`;
    const signedIn = ({ username }: { username: string }) =>
      signInClient({ origin }, { username, displayName: username, password: PASSWORD });
    [tom, una] = [await signedIn(people[0]), await signedIn(people[1])];
    unasTablet = await signedIn(people[1]);
  });
  afterAll(() => house.close());

  test('a call that nobody answers stops ringing after a minute, and only who was called has missed it', async () => {
    const caller = await open(tom, '/friends');
    const callee = await open(una, '/chats');
    await dial(caller, 'video');
    await ringOn(callee);

    house.clock.advance(59_999);
    await ringOn(callee);
    house.clock.advance(1);
    await silent(callee);
    await says(caller, /Call ended/);
    await waitForText(caller, 'main', undefined, /una didn't answer\./);
    await follow(caller, 'link', 'Back to chat');
    await newestEntry(caller, /^Video call · No answer/);
    await follow(caller, 'link', 'Back to chats');
    await waitForText(caller, 'main', undefined, /Video call · No answer/);
    await waitForText(callee, 'main', undefined, /Missed video call/);
    const [preview, danger] = [
      await callee.$eval('.call-preview', (line) => getComputedStyle(line).color),
      await dangerOf(callee),
    ];
    expect(preview).toBe(danger);
    await follow(callee, 'link', 'tom 1 unread');
    await newestEntry(callee, /^Missed video call \d.* Call back$/);
    await follow(callee, 'link', 'Call back');
    await says(callee, /Ringing…/);
    await ringOn(caller);
    await hangUp(callee);
  });

  test('who has left the call page is led back from every page and tab, and the other side reads so', async () => {
    const caller = await open(tom, '/friends');
    const callee = await open(una, '/chats');
    const tab = await callee.browserContext().newPage();
    await tab.goto(`${origin}/friends`);
    await callee.bringToFront();
    await dial(caller, 'video');
    await accept(callee);
    await connected(caller, callee);
    await picturesChange(caller, 'una');
    // By Back, in the same tab. No moment passes until everybody knows.
    await callee.goBack();
    await find(callee, 'link', 'Return to call');
    await waitForText(caller, 'main', undefined, /una has left the call page and can still come back/);
    const tablet = await open(unasTablet, '/chats');
    expect(await findAll(tablet, 'link', 'Return to call')).toEqual([]);
    house.clock.advance(30_000);
    await says(caller, /Reconnecting…/);
    await follow(callee, 'link', 'Return to call');
    await connected(caller, callee);
    await picturesChange(caller, 'una');

    // From another tab, which takes the call over.
    await tab.bringToFront();
    await follow(tab, 'link', 'Return to call');
    await connected(caller, tab);
    // A tab that lies behind another has no accessibility tree.
    await callee.bringToFront();
    await waitForText(callee, 'main', undefined, /You moved this call to another tab/);
    expect(await findAll(callee, 'link', 'Call again')).toEqual([]);
    await picturesChange(caller, 'una');

    // It can be ended from any page.
    await callee.goto(`${origin}/settings`);
    await click(callee, 'button', 'Hang up');
    // After an ordinary end a page says with whom it was and for how long, and goes back to the chat by itself.
    await eventually('the page after the call', async () =>
      /tom\s+The call lasted 0:3\d\./.test(await textOf(tab)),
    );
    await says(caller, /Call ended/);
    await gone(callee, 'link', 'Return to call');
    await eventually('the chat', () => /^\/chats\/\d+$/.test(new URL(tab.url()).pathname));
    await tab.bringToFront();
    await newestEntry(tab, /^Video call · 30 sec/);
  });

  test.each([
    ['Chromium', 'closed', (page: Page) => page.close()],
    ['Firefox', 'closed', (page: Page) => page.close()],
  ] as const)('a page of %s that is %s says goodbye', async (engine, _, leave) => {
    const caller = await open(tom, '/friends');
    const callee = await open(una, '/chats', engine === 'Firefox' ? browsers.firefox : browsers.chromium);
    await dial(caller, 'video');
    await accept(callee);
    await connected(caller, callee);
    await picturesChange(caller, 'una');

    await leave(callee);
    // By then the server has heard of it as well, and counts the ten seconds.
    await eventually('the sockets of the page to close', () => house.app.websocketServer.clients.size === 2);
    await says(caller, /Reconnecting…/);
    await waitForText(caller, 'main', undefined, /una has left the call page/);
    expect(await isSeen(caller, 'una')).toBe(false);
    house.clock.advance(9_999);
    await says(caller, /Reconnecting…/);
    house.clock.advance(1);
    await says(caller, /Call ended/);
  });
});
