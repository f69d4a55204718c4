/** What must be true of every page, whatever is on it. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { HtmlValidate } from 'html-validate';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../helpers/axe.ts';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { openCallingSocket } from '../helpers/calling-socket.ts';
import { createClient } from '../helpers/client.ts';
import { closeEach } from '../helpers/closing.ts';
import { type Furnished, furnish, NO_PAGES } from '../helpers/every-page.ts';
import { unreachable } from '../helpers/hit.ts';
import { openHouse } from '../helpers/house.ts';
import { arrive, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { click, find, findAll, follow, gone, waitForText } from '../helpers/ui.ts';
import { LETTERS, outOfReach } from '../helpers/widths.ts';

const VIEWS = join(import.meta.dirname, '../../views');

let house: Furnished;
let chromium: OpenBrowser;

beforeAll(async () => {
  house = await furnish();
  chromium = await openBrowser({ shell: true });
});
afterAll(async () => {
  await chromium.close();
  await house.server.remove();
});

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    // HTML as browsers read it, not XML.
    'void-style': 'off',
    // Eta leaves white space where its tags stood.
    'no-trailing-whitespace': 'off',
    // htmx's attributes hold colons; a long line is a long line.
    'attr-case': 'off',
    'doctype-style': 'off',
    'no-implicit-input-type': 'off',
    'long-title': 'off',
    // A form's button submits unless it says otherwise: that is what makes it work without scripts.
    'no-implicit-button-type': 'off',
    'prefer-native-element': 'off',
    'no-inline-style': 'error',
    'no-redundant-role': 'off',
    'tel-non-breaking': 'off',
    'wcag/h30': 'error',
    // The form that tells the socket how far the page is is never seen; the pictures of a call have to play.
    'wcag/h32': 'off',
    'no-autoplay': 'off',
  },
});

/** Every page as Anna gets it over HTTP. */
async function pagesIn(language: string): Promise<[string, string][]> {
  const stranger = createClient(house.server.origin, language);
  const annas = await signInClient(house.server, house.anna, language);
  const pages: [string, string][] = [];
  for (const [name, path] of Object.entries(house.open)) pages.push([name, (await stranger.get(path)).body]);
  for (const [name, path] of Object.entries(house.signedIn)) pages.push([name, (await annas.get(path)).body]);
  return pages;
}

/** What a reader sees or hears of a page. */
const wordsOf = (html: string): string =>
  [
    html.replace(/<(script|style|svg|title)\b[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' '),
    ...[...html.matchAll(/(?:aria-label|placeholder|alt|title)="([^"]*)"/g)].map(([, text]) => text),
  ].join(' ');

const isFastify = (value: unknown): value is FastifyInstance =>
  typeof value === 'object' && value !== null && 'addHook' in value;

/** All that a server answers to GET, as its routes have it: `/chats/:chat`. */
async function routesOf(): Promise<string[]> {
  const routes = new Set<string>();
  const watch = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('fastify' in message)) return;
    if (!isFastify(message.fastify)) return;
    message.fastify.addHook('onRoute', ({ method, url }) => {
      if ([method].flat().includes('GET')) routes.add(url);
    });
  };
  subscribe('fastify.initialization', watch);
  try {
    await (await openHouse()).close();
  } finally {
    unsubscribe('fastify.initialization', watch);
  }
  return [...routes];
}

/** Which of the routes answers an address: what is written out goes before what may be anything. */
function routeOf(path: string, routes: string[]): string | undefined {
  const { pathname } = new URL(path, house.server.origin);
  const open = (route: string) => route.split(/[:*]/).length;
  return routes
    .filter((route) => new RegExp(`^${route.replace(/:\w+/g, '[^/]+').replace('*', '.*')}$`).test(pathname))
    .sort((one, other) => open(one) - open(other))[0];
}

test('is among those that are looked at here', async () => {
  const routes = await routesOf();
  const shown = new Set(
    Object.values({ ...house.open, ...house.signedIn }).map((path) => routeOf(path, routes)),
  );
  expect(routes.filter((route) => !shown.has(route) && !(route in NO_PAGES))).toEqual([]);
  // Each exception is one.
  expect(Object.keys(NO_PAGES).filter((route) => shown.has(route) || !routes.includes(route))).toEqual([]);
});

test('is valid HTML', async () => {
  const all: string[] = [];
  for (const [name, html] of await pagesIn('en')) {
    const report = await validator.validateString(html);
    const errors = report.results.flatMap((result) =>
      result.messages.filter(({ severity }) => severity === 2),
    );
    const complaints = errors.map(
      ({ ruleId, message, line, selector }) => `${ruleId} ${line} ${selector}: ${message}`,
    );
    all.push(...complaints.map((complaint) => `${name}: ${complaint}`));
  }
  expect(all).toEqual([]);
});

describe.each(['en', 'zh-CN'])('in %s', (language) => {
  test('shows no holes: no undefined, no object, no key instead of words', async () => {
    for (const [name, html] of await pagesIn(language)) {
      expect(html, name).not.toMatch(/\bundefined\b|\[object |\bNaN\b/);
      expect(wordsOf(html), name).not.toMatch(
        /\b(nav|errors|accounts|settings|friends|dates|chats|groups|calls?|admin|doctor|files|recordings|share)\.[a-z]\w+/,
      );
      expect(html, name).toContain(`<html lang="${language}"`);
    }
  });
});

test('in Chinese has no English left but names', async () => {
  const known =
    /Porchlight|PUBLIC_URL|TURN=auto|docs\/deployment\.md|\/tmp\/[\w/-]+|Anna|Ben|Carla|Dora|Family|@?(anna|ben|carla|dora)\b|English|https?:\S+|JavaScript|Hello|second line|Lake\.jpg|List\.txt|Look: .*|Unread|To be deleted|[A-Z][\w]+(\/[\w+-]+)+|UTC|GMT|Node|\.webm\b|\b[A-Z]\b|&\w+;|&#\d+;|[KMGT]?B\b/g;
  for (const [name, html] of await pagesIn('zh-CN')) {
    const left =
      wordsOf(html)
        .replace(known, ' ')
        .match(/[A-Za-z]{3,}/g) ?? [];
    expect(left, name).toEqual([]);
  }
});

test('in Chinese leaves no gap after a full-width mark, which brings its own', async () => {
  for (const [name, html] of await pagesIn('zh-CN'))
    expect(
      // What stands in the tab comes before a dot.
      html.replace(/<title>.*?<\/title>|<[^>]*>/g, '').match(/.{0,9}[，。：；！？、] \S.{0,9}/g) ?? [],
      name,
    ).toEqual([]);
});

test('asks nothing of anybody else', async () => {
  const page = await chromium.newPage();
  const hosts = new Set<string>();
  page.on('request', (request) => {
    // What an address itself holds is asked of nobody.
    if (!/^(blob|data):/.test(request.url())) hosts.add(new URL(request.url()).host);
  });
  await arrive(page, house.server, house.anna);
  for (const path of Object.values({ ...house.open, ...house.signedIn }))
    await page.goto(`${house.server.origin}${path}`);
  expect([...hosts]).toEqual([new URL(house.server.origin).host]);
  expect(chromium.problems).toEqual([]);
});

test('keeps nobody out: axe finds nothing serious, light or dark, small or large', async () => {
  const [stranger, annas] = [await chromium.newPage(), await chromium.newPage()];
  await arrive(annas, house.server, house.anna);
  const visits = [
    ...Object.entries(house.open).map((visit) => [stranger, ...visit] as const),
    ...Object.entries(house.signedIn).map((visit) => [annas, ...visit] as const),
  ];
  for (const [visitor, name, path] of visits) {
    await visitor.goto(`${house.server.origin}${path}`);
    for (const width of [320, 1280]) {
      await visitor.setViewport({ width, height: 740 });
      expect(await violations(visitor), `${name} at ${width} px`).toEqual([]);
      const overflow = await visitor.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${name} is wider than ${width} px`).toBeLessThanOrEqual(0);
    }
    await closeEach(visitor, name);
  }
});

test.each([
  ['en', LETTERS],
  // Chinese breaks between any two characters, so neither letters nor size add anything.
  ['zh-CN', { 'as it is': LETTERS['as it is'] }],
])('fits every window from 320 px up, in %s', { timeout: 240_000 }, async (language, letters) => {
  const visitor = await chromium.newPage({ width: 1500, height: 900, touch: true });
  await visitor.setExtraHTTPHeaders({ 'accept-language': language });
  const all: string[] = [];
  const look = async (pages: Record<string, string>) => {
    for (const [name, path] of Object.entries(pages))
      for (const line of await outOfReach(visitor, path, letters)) all.push(`${name}, ${line}`);
  };
  await visitor.goto(`${house.server.origin}/login`);
  await look(house.open);
  await arrive(visitor, house.server, house.anna);
  await look(house.signedIn);
  expect(all).toEqual([]);
  await visitor.browserContext().close();
});

test('on a tablet and sideways on a phone nothing is laid out wider than the window', async () => {
  const visitor = await chromium.newPage({ width: 820, height: 1180, touch: true });
  await arrive(visitor, house.server, house.anna, house.signedIn.chat);
  for (const [width, height] of [
    [820, 1180],
    [740, 360],
    [704, 1000],
  ] as const) {
    await visitor.setViewport({ width, height, hasTouch: true, isMobile: true });
    await visitor.reload();
    expect(await visitor.evaluate(() => [innerWidth, document.documentElement.scrollWidth])).toEqual([
      width,
      width,
    ]);
    for (const name of ['Back to chats', 'Voice call', 'Video call', 'Settings', 'Sign out'])
      await find(visitor, name === 'Sign out' ? 'button' : 'link', name);
  }
  const caller = await openCallingSocket(await signInClient(house.server, house.ben));
  caller.ring(house.signedIn.chat);
  const ring = await find(visitor, 'alertdialog', 'Incoming call');
  const box = await ring.boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? Number.NaN)).toBeLessThanOrEqual(704);
  expect(await ring.evaluate((node) => (node instanceof HTMLElement ? node.innerText : ''))).toContain('Ben');
  await caller.hangUp();
  caller.close();
  await visitor.setViewport({ width: 360, height: 740, hasTouch: true, isMobile: true });
  await visitor.goto(`${house.server.origin}/friends`);
  expect(await findAll(visitor, 'button', 'Sign out')).toEqual([]);
  await follow(visitor, 'link', 'Settings');
  await find(visitor, 'button', 'Sign out');
});

test('what has to be said while somebody calls covers neither answer', async () => {
  const visitor = await chromium.newPage({ touch: true });
  await arrive(visitor, house.server, house.anna, house.signedIn.chat);
  const caller = await openCallingSocket(await signInClient(house.server, house.ben));
  caller.ring(house.signedIn.chat);
  await find(visitor, 'alertdialog', 'Incoming call');
  await visitor.evaluate(() => {
    const notice = Object.assign(document.createElement('p'), { className: 'notice' });
    notice.textContent = 'Something that has to be said, and takes more than one line on a phone.';
    document.querySelector('#notices')?.append(notice);
  });
  await find(visitor, 'button', 'OK');
  for (const [width, height] of [
    [320, 568],
    [390, 844],
    [704, 1000],
    [740, 360],
    [820, 1180],
    [1280, 800],
  ] as const)
    for (const text of ['', '200']) {
      await visitor.setViewport({ width, height, hasTouch: true, isMobile: true });
      await visitor.evaluate((size) => document.documentElement.setAttribute('data-text', size), text);
      expect(await unreachable(visitor, '.ring'), `${width} x ${height} ${text}`).toEqual([]);
      // It can be put away all the same where there is room for both.
      if (width >= 704 && !text)
        expect(await unreachable(visitor, '.notices'), `${width} x ${height}`).toEqual([]);
    }
  await caller.hangUp();
  caller.close();
  await visitor.browserContext().close();
});

/** How wide each line of a part of a page is, in its own letters. */
const linesOf = (visitor: Page, selector: string) =>
  visitor.$eval(selector, (part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    const lines = new Map<number, number>();
    for (const { top, width } of range.getClientRects())
      lines.set(Math.round(top), (lines.get(Math.round(top)) ?? 0) + width);
    const letter = Number.parseFloat(getComputedStyle(part).fontSize);
    return [...lines.values()].map((width) => width / letter);
  });

test('in Chinese no last line has but a character or two', async () => {
  const visitor = await chromium.newPage();
  await visitor.setExtraHTTPHeaders({ 'accept-language': 'zh-CN' });
  await visit(visitor, await signInClient(house.server, house.anna, 'zh-CN'), '/nothing/here');
  const places = [
    ['/nothing/here', 'main > p'],
    ['/offline', 'main > p'],
    [house.signedIn['call page'], '.call-gate > p'],
  ] as const;
  let broken = 0;
  for (const [path, selector] of places) {
    await visitor.goto(`${house.server.origin}${path}`);
    await visitor.waitForSelector(selector, { visible: true });
    for (let width = 320; width <= 390; width += 5) {
      await visitor.setViewport({ width, height: 740 });
      const lines = await linesOf(visitor, selector);
      if (lines.length < 2) continue;
      broken += 1;
      expect(lines.at(-1), `${path} at ${width} px: ${lines}`).toBeGreaterThanOrEqual(3);
    }
  }
  expect(broken).toBeGreaterThan(10);
  await visitor.browserContext().close();
});

test('a notice that is put away gives the focus back', async () => {
  const visitor = await chromium.newPage();
  await arrive(visitor, house.server, house.anna, '/friends');
  const box = await find(visitor, 'textbox', 'Username');
  // What knows about it comes with the first key.
  await eventually('the focus to return', async () => {
    await visitor.evaluate(() => {
      const notice = Object.assign(document.createElement('p'), {
        className: 'notice',
        textContent: 'Read.',
      });
      document.querySelector('#notices')?.replaceChildren(notice);
    });
    await box.focus();
    await (await find(visitor, 'button', 'OK')).press('Enter');
    await gone(visitor, 'button', 'OK');
    return box.evaluate((node) => node === document.activeElement);
  });
  await visitor.browserContext().close();
});

test('carries a policy that lets no foreign or inline script run', async () => {
  const annas = await signInClient(house.server, house.anna);
  for (const [name, path] of Object.entries(house.signedIn)) {
    const { headers, body } = await annas.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    // What noise suppression compiles is no script.
    expect(policy.includes("'wasm-unsafe-eval'"), name).toBe(name === 'call page');
    expect(policy.replace("'wasm-unsafe-eval'", '')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(body).not.toMatch(/\son\w+=|javascript:/);
  }
});

test('camera and microphone are for the call page alone', async () => {
  const annas = await signInClient(house.server, house.anna);
  for (const [name, path] of Object.entries(house.signedIn)) {
    const policy = (await annas.get(path)).headers.get('permissions-policy') ?? '';
    expect(policy.includes('camera=(self)'), name).toBe(name === 'call page');
  }
});

test('templates print raw HTML only where it was made by a template, the QR code or checked JSON', () => {
  const allowed =
    /^(include\(|it\.(body|rows|oldRows|newRows|row|added|replaced|json)$|(invitation|it)\.qr$)/;
  for (const file of globSync('**/*.eta', { cwd: VIEWS }))
    for (const [, expression = ''] of readFileSync(join(VIEWS, file), 'utf8').matchAll(
      /<%~\s*([\s\S]*?)\s*%>/g,
    ))
      expect(expression, file).toMatch(allowed);
});

test('says on every page that the server is away, and no longer who is online, until it is back', async () => {
  const visitor = await chromium.newPage();
  await arrive(visitor, house.server, house.anna, '/friends');
  const isShown = () =>
    visitor.$eval('.presence', (lamp) => lamp.checkVisibility({ visibilityProperty: true }));
  expect(await isShown()).toBe(true);
  await house.server.kill9();
  await waitForText(visitor, 'status', undefined, /^No connection\. Trying again…$/);
  expect(await isShown()).toBe(false);
  await house.server.start();
  await eventually('nothing to be said', () =>
    visitor.$eval('.connection', (line) => line.textContent === ''),
  );
  // The list of friends comes anew as well.
  await eventually('who is online to be shown again', isShown);
});

test('answers a tap at once, while the next page or the answer to a form is on its way', async () => {
  const visitor = await chromium.newPage();
  await arrive(visitor, house.server, house.anna, '/friends');
  const isWaiting = () => visitor.evaluate(() => document.documentElement.dataset.loading === 'true');
  const held: (() => void)[] = [];
  let isHolding = false;
  await visitor.setRequestInterception(true);
  visitor.on('request', (request) => {
    const go = () => void request.continue();
    if (isHolding) held.push(go);
    else go();
  });
  const hold = (isHeld: boolean) => {
    isHolding = isHeld;
    for (const go of held.splice(0)) go();
  };
  hold(true);
  // What htmx asks for, to be shown on this page.
  await click(visitor, 'button', 'Decline');
  await eventually('the line', isWaiting);
  hold(false);
  await eventually('no line', async () => !(await isWaiting()));
  // A link to another page. Chromium answers no question while its request is held, so the page takes a note.
  await visitor.evaluate(() => {
    const root = document.documentElement;
    new MutationObserver(() => sessionStorage.setItem('note', root.dataset.loading ?? '')).observe(root, {
      attributeFilter: ['data-loading'],
    });
  });
  hold(true);
  const arrived = visitor.waitForNavigation();
  await click(visitor, 'link', 'Settings');
  await eventually('the request', () => held.length > 0);
  hold(false);
  await arrived;
  expect(await visitor.evaluate(() => sessionStorage.getItem('note'))).toBe('true');
  expect(await isWaiting()).toBe(false);
});
