/**
 * Pictures of every page to look at by eye, and of what opens over a chat and in a call: on a phone, held upright and
 * sideways, a tablet and a computer, light and dark, in both languages.
 *
 *     node test/screenshots.ts OUTDIR
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { type OpenBrowser, openBrowser } from './helpers/browsers.ts';
import { type Furnished, furnish } from './helpers/every-page.ts';
import { picturesChange } from './helpers/media.ts';
import { arrive, befriend, createPerson, type Person, signInClient } from './helpers/people.ts';
import { startServer } from './helpers/server.ts';
import { find, gone } from './helpers/ui.ts';

const LOCALES = ['en', 'zh-CN'] as const;
const SIZES = [
  { width: 360, height: 740 },
  { width: 740, height: 360 },
  { width: 820, height: 1180 },
  { width: 1440, height: 900 },
];
const SCHEMES = ['light', 'dark'];

const outDir = process.argv[2];
if (outDir === undefined) {
  console.error('Say where the pictures go: node test/screenshots.ts OUTDIR');
  process.exit(2);
}
mkdirSync(outDir, { recursive: true });

const shoot = async (page: Page, name: string, locale: string, fullPage = true) => {
  for (const size of SIZES)
    for (const scheme of SCHEMES) {
      await page.setViewport(size);
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: scheme },
        // A colour on its way from one scheme to the other is in neither.
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      await page.screenshot({
        path: join(outDir, `${name}-${size.width}x${size.height}-${scheme}-${locale}.png`),
        fullPage,
      });
    }
};

/** Everybody's pages, and Anna's. What scrolls within itself is shown as it lies in the window. */
const shootPages = async (browser: OpenBrowser, { server, anna, open, signedIn }: Home, locale: string) => {
  const page = await browser.newPage();
  const all = async (pages: Record<string, string>) => {
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(server.origin + path);
      await shoot(page, name.replaceAll(' ', '-'), locale, (await page.$('[role=log], .call')) === null);
    }
  };
  await all(open);
  await arrive(page, server, anna);
  await all(signedIn);
};

const shootChat = async (browser: OpenBrowser, { server, anna, signedIn }: Home, locale: string) => {
  const page = await browser.newPage();
  await arrive(page, server, anna, signedIn.chat);
  await page.hover('[role=log]');
  await page.waitForSelector('[data-ready]');
  await page.click('.message[data-own]:not(.deleted) .text', { button: 'right' });
  await page.waitForSelector('[role=menu]');
  await shoot(page, 'message-menu', locale, false);
  await page.keyboard.press('Escape');
  await page.click('a.picture');
  await page.waitForSelector('.viewer img');
  await shoot(page, 'picture-over-chat', locale, false);
};

/** Without a language: Accept is the ring's only link. */
const shootCall = async (browser: OpenBrowser, home: Home, locale: string) => {
  const { server, anna, ben, signedIn } = home;
  const [caller, callee] = [await browser.newPage(), await browser.newPage()];
  await arrive(callee, server, ben);
  await arrive(caller, server, anna, `${signedIn.chat}/call?media=video`);
  await caller.click('.call-gate .primary');
  const ring = await find(callee, 'alertdialog');
  await shoot(callee, 'ring', locale, false);
  await shoot(caller, 'calling', locale, false);
  await (await ring.$('a'))?.click();
  await picturesChange(caller, 'Ben');
  await shoot(caller, 'call', locale, false);
  /** Shows what opens by one click and closes by another. */
  const shootOpen = async (name: string, opens: string, shown: string, closes = opens) => {
    await caller.click(opens);
    await caller.waitForSelector(shown, { visible: true });
    await shoot(caller, `call-${name}`, locale, false);
    await caller.click(closes);
  };
  await shootOpen('devices', '.devices > summary', '.devices .card');
  await shootOpen('record', '#record-choices > summary', '#record-choices fieldset');
  await shootOpen('people', '[data-do="people"]', '.call-people ul');
  await shootOpen('effects', '.toolbar [data-do="effects"]', '#call-effects');
  await shootOpen(
    'screenshot',
    '[data-do="screenshot"]',
    '.shots .still',
    '.shots .still button:last-of-type',
  );
  await caller.click('[data-do="hang-up"]');
  await gone(caller, 'toolbar');
  await shoot(caller, 'after-call', locale, false);
};

const shootGroupCall = async (browser: OpenBrowser, home: Home, locale: string) => {
  const { server, anna, ben, eva, signedIn } = home;
  const call = `${signedIn['a group']}/call?media=video`;
  const pages: Page[] = [];
  for (const person of [anna, ben, eva]) {
    const page = await browser.newPage();
    await arrive(page, server, person, call);
    await page.click('.call-gate .primary');
    pages.push(page);
  }
  const [page] = pages;
  if (!page) return;
  for (const name of ['Ben', 'Eva']) await picturesChange(page, name);
  await shoot(page, 'group-call', locale, false);
  await page.goto(`${server.origin}/chats`);
  await shoot(page, 'in-a-call', locale);
};

type Home = Furnished & { eva: Person };

/** A house like that of the tests, with somebody more in its group. */
const moveIn = async (): Promise<Home> => {
  const house = await furnish();
  const eva = await createPerson(house.server, 'eva', 'Eva');
  await befriend(house.server, house.anna, eva);
  const annas = await signInClient(house.server, house.anna);
  const people = `${house.signedIn['a group']}/people`;
  // The only one who can be added.
  const id = /name="people" value="(\d+)"/.exec((await annas.get(people)).body)?.[1] ?? '';
  await annas.submit(people, 'Add people', { people: id });
  return { ...house, eva };
};

const empty = await startServer();
const home = await moveIn();
try {
  for (const locale of LOCALES) {
    const browser = await openBrowser({ locale });
    const page = await browser.newPage();
    await page.goto(empty.setupLink());
    await shoot(page, 'setup', locale);
    for (const part of [shootPages, shootChat, shootCall, shootGroupCall]) {
      await part(browser, home, locale).catch((error) => {
        console.error(`${part.name} in ${locale}:`, error);
        process.exitCode = 1;
      });
      await browser.closePages();
    }
    await browser.close();
  }
} finally {
  await empty.remove();
  await home.server.remove();
}
