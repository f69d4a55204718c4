/** The outbox of a page: the script that sends texts comes with the first letter typed, and says why one doesn't go. */
import type { Page } from 'puppeteer-core';
import { eventually } from './poll.ts';
import type { WebKit } from './webkit.ts';

const IS_LOADED = `performance.getEntriesByType('resource').some(({ name }) => name.includes('/texts-'))`;

/** Waits until a page in which something was typed has that script: from then on the server may go away. */
export const outboxLoaded = (page: Page) =>
  eventually('the script of the outbox', async () => (await page.evaluate(IS_LOADED)) === true);

/** The same in WebKit. */
export const webkitOutboxLoaded = (webkit: WebKit) =>
  eventually('the script of the outbox', async () => (await webkit.evaluate(`return ${IS_LOADED}`)) === true);
