/** The page as a screen reader names it: everything is found by role and accessible name, nothing by class or id. */
import type { ElementHandle, Frame, KeyInput, Page } from 'puppeteer-core';
import { accessible } from './accessible.ts';
import { eventually } from './poll.ts';

export type Scope = Page | Frame | ElementHandle<Element>;

/** All there is now, scrolled to or not; what is hidden from a screen reader is not among it. */
export const findAll = async (scope: Scope, role: string, name?: string): Promise<ElementHandle<Element>[]> =>
  scope.$$(await accessible(pageOf(scope), role, name));

/** Waits until there is one, and returns the first in the order of the document. */
export const find = (scope: Scope, role: string, name?: string, timeout?: number) =>
  eventually(
    `${role} "${name ?? ''}"`,
    async () => (await findAll(scope, role, name)).at(0),
    timeout,
    async () => `${pageOf(scope).url()}\n${await textOf(pageOf(scope))}`,
  );

/** Waits until there is none. */
export const gone = (scope: Scope, role: string, name?: string, timeout?: number) =>
  eventually(
    `no ${role} "${name ?? ''}"`,
    async () => (await findAll(scope, role, name)).length === 0,
    timeout,
  );

/** Clicks what is there at that moment: what the page replaced between the finding and the click (a list that is live) is found again. */
export const click = async (scope: Scope, role: string, name: string): Promise<void> => {
  const element = await find(scope, role, name);
  try {
    await element.click();
  } catch (error) {
    if (await element.evaluate((node) => node.isConnected)) throw error;
    await click(scope, role, name);
  }
};

/** Clicks what leads to another document, and waits until that has loaded. */
export const follow = async (scope: Scope, role: string, name: string) => {
  await Promise.all([pageOf(scope).waitForNavigation(), click(scope, role, name)]);
};

/** Replaces the text of a text box by typing. */
export const fill = async (scope: Scope, name: string, text: string) => {
  const box = await find(scope, 'textbox', name);
  const { keyboard } = pageOf(scope);
  await box.focus();
  await keyboard.down('Control');
  await keyboard.press('a');
  await keyboard.up('Control');
  await keyboard.press('Backspace');
  await box.type(text);
};

/** Waits until the visible text of the element so named matches, and returns that text. */
export const waitForText = (
  scope: Scope,
  role: string,
  name: string | undefined,
  wanted: RegExp,
  timeout?: number,
) => {
  let last = '(nothing)';
  return eventually(
    `${role} "${name ?? ''}" to say ${wanted}`,
    async () => {
      for (const element of await findAll(scope, role, name)) {
        last = await element.evaluate((node) => (node instanceof HTMLElement ? node.innerText : ''));
        if (wanted.test(last)) return last;
      }
      return undefined;
    },
    timeout,
    () => last,
  );
};

/** The visible text of the whole page; none while the next document has only begun, whatever TypeScript says of its body. */
export const textOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector('body')?.innerText ?? '');

/** Presses Tab until the focus is on what is so named, as someone without a mouse does; fails after `most` presses. */
const tabTo = async (page: Page, role: string, name: string, most = 60) => {
  const target = await find(page, role, name);
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((node) => node === document.activeElement)) return;
  }
  throw new Error(`${most} presses of Tab did not reach ${role} "${name}"`);
};

/** Goes to a control by Tab and presses a key on it. */
export const pressOn = async (page: Page, role: string, name: string, key: KeyInput = 'Enter') => {
  await tabTo(page, role, name);
  await page.keyboard.press(key);
};

const pageOf = (scope: Scope): Page => {
  if ('keyboard' in scope) return scope;
  return 'frame' in scope ? scope.frame.page() : scope.page();
};
