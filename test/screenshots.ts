/**
 * Pictures of every page to look at by eye: on a phone, held upright and sideways, a tablet and a computer, light and
 * dark, in both languages.
 *
 *     node test/screenshots.ts OUTDIR
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { type OpenBrowser, openBrowser } from './helpers/browsers.ts';
import type { Client } from './helpers/client.ts';
import { picturesChange } from './helpers/media.ts';
import { arrive, befriend, chatOf, createPerson, type Person, signInClient } from './helpers/people.ts';
import { type Server, startServer } from './helpers/server.ts';
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

interface Household {
  server: Server;
  anna: Person;
  grandma: Person;
  client: Client;
  chat: string;
  invitation: string;
}

/** A family with something to look at on every page. */
const furnish = async (server: Server): Promise<Household> => {
  const anna = await createPerson(server, 'anna', 'Anna');
  const grandma = await createPerson(server, 'grandma', 'Grandma');
  const wei = await createPerson(server, 'wei', '陈伟');
  const ben = await createPerson(server, 'ben', 'Ben');
  await befriend(server, anna, grandma);
  await befriend(server, anna, wei);
  const [client, grandmas, weis, bens] = await Promise.all(
    [anna, grandma, wei, ben].map((person) => signInClient(server, person)),
  );
  if (!client || !grandmas || !weis || !bens) throw new Error('nobody is home');
  const chat = await chatOf(client, grandma);
  const say = (who: Client, where: string, text: string) => who.submit(where, 'Send', { Message: text });
  await say(grandmas, chat, 'The apple tree has its first blossoms 🌸');
  await say(client, chat, 'Already? Send a picture!\nWe come over on Sunday.');
  await say(grandmas, chat, 'I will try. The recipe is at https://example.org/apple-cake?servings=12');
  await say(client, chat, 'Thank you! 你那边天气怎么样？');
  await say(weis, await chatOf(weis, anna), '周末一起吃饭吗？');
  await bens.submit('/friends', 'Add friend', { Username: 'anna' });
  const friends = await client.submit('/friends', 'Create invitation');
  const invitation = /\/join\/[\w-]+/.exec(friends.body)?.[0] ?? '';
  return { server, anna, grandma, client, chat, invitation };
};

const shootForms = async (browser: OpenBrowser, home: Household, locale: string) => {
  const page = await browser.newPage();
  for (const [name, path] of [
    ['login', '/login'],
    ['join', home.invitation],
    ['not-found', '/nowhere'],
  ] as const) {
    await page.goto(`${home.server.origin}${path}`);
    await shoot(page, name, locale);
  }
};

const shootRooms = async (browser: OpenBrowser, home: Household, locale: string) => {
  const page = await browser.newPage();
  await arrive(page, home.server, home.anna);
  for (const name of ['chats', 'friends', 'settings', 'admin']) {
    await page.goto(`${home.server.origin}/${name}`);
    await shoot(page, name, locale);
  }
  await page.goto(`${home.server.origin}${home.chat}`);
  await shoot(page, 'chat', locale, false);
};

/** Without a language: Accept is the ring's only link. */
const shootCall = async (browser: OpenBrowser, home: Household, locale: string) => {
  const callee = await browser.newPage();
  await arrive(callee, home.server, home.grandma);
  const caller = await browser.newPage();
  await arrive(caller, home.server, home.anna, `${home.chat}/call?media=video`);
  await shoot(caller, 'before-call', locale, false);
  await (await caller.$('.call-gate button'))?.click();
  const ring = await find(callee, 'alertdialog');
  await shoot(callee, 'ring', locale, false);
  await shoot(caller, 'calling', locale, false);
  await (await ring.$('a'))?.click();
  await picturesChange(caller, 'Grandma');
  await shoot(caller, 'call', locale, false);
  await caller.click('[data-do="hang-up"]');
  await gone(caller, 'toolbar');
  await shoot(caller, 'after-call', locale, false);
  const { body } = await home.client.get(home.chat);
  await caller.goto(home.server.origin + ([...body.matchAll(/\/calls\/[\w-]+/g)].at(-1)?.[0] ?? ''));
  await shoot(caller, 'call-summary', locale);
};

const server = await startServer();
const browsers = await Promise.all(
  LOCALES.map(async (locale) => ({ locale, browser: await openBrowser({ locale }) })),
);
try {
  for (const { browser, locale } of browsers) {
    const page = await browser.newPage();
    await page.goto(server.setupLink());
    await shoot(page, 'setup', locale);
  }
  const home = await furnish(server);
  for (const { browser, locale } of browsers)
    for (const part of [shootForms, shootRooms, shootCall]) {
      await part(browser, home, locale).catch((error) => {
        console.error(`${part.name} in ${locale}:`, error);
        process.exitCode = 1;
      });
      await browser.closePages();
    }
} finally {
  for (const { browser } of browsers) await browser.close();
  await server.remove();
}
