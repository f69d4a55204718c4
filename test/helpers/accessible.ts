/**
 * Finds elements by role and accessible name in the page itself. For Firefox: asked over WebDriver BiDi for its
 * accessibility tree, it stands still for more than a second at every question for as long as a page is loading, and a
 * call page is until its media have come. A call that is watched so would be slow because it is watched.
 */
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { type Browser, type Page, Puppeteer } from 'puppeteer-core';
import type { queryAll } from './accessible-in-page.ts';

/** The finder as a script that defines `accessible`. */
const bundle = (): string =>
  buildSync({
    entryPoints: [join(import.meta.dirname, 'accessible-in-page.ts')],
    bundle: true,
    format: 'iife',
    globalName: 'accessible',
    write: false,
  })
    .outputFiles.map(({ text }) => text)
    .join('');

let inPage: string | undefined;

/** The body of a function that takes a role and a name, both optional, as `{ role, name }` and returns the elements. */
export function accessibleInPage(): string {
  inPage ??= `${bundle()}return accessible.queryAll(document, arguments[0]);`;
  return inPage;
}

let isRegistered = false;

function register(): void {
  if (isRegistered) return;
  isRegistered = true;
  // Puppeteer takes a function into the page by its text, in which it replaces: there a dollar stands for a dollar twice.
  const text = `(scope, selector) => {${bundle()}return accessible.queryAll(scope, JSON.parse(selector));}`;
  const inPage = Object.assign((): Node[] => [], { toString: () => text.replaceAll('$', '$$$$') });
  Puppeteer.registerCustomQueryHandler('accessible', { queryAll: inPage });
}

const versions = new WeakMap<Browser, Promise<string>>();

/** The browser's name and version; the answer doesn't change, and Chromium is asked anew each time. */
function versionOf(browser: Browser): Promise<string> {
  const known = versions.get(browser) ?? browser.version();
  versions.set(browser, known);
  return known;
}

/** A selector for elements that have this role and, where it is given, exactly this name; without role, for all of that name. */
export async function accessible(page: Page, role?: string, name?: string): Promise<string> {
  if ((await versionOf(page.browser())).startsWith('firefox')) {
    register();
    const wanted: Parameters<typeof queryAll>[1] = { role, name };
    return `accessible/${JSON.stringify(wanted)}`;
  }
  const quote = name?.includes('"') ? "'" : '"';
  const named = name === undefined ? '' : `[name=${quote}${name}${quote}]`;
  return `aria/${named}${role === undefined ? '' : `[role="${role}"]`}`;
}
