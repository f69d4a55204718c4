/** A page of somebody who is signed in. */
import type { Page } from 'puppeteer-core';
import type { OpenBrowser } from '../../test/helpers/browsers.ts';

/** @param cookie as a Cookie header has it, the session first */
export async function openSignedIn(browser: OpenBrowser, origin: string, cookie: string): Promise<Page> {
  const page = await browser.newPage();
  const [name = '', value = ''] = cookie.split('; ')[0]?.split('=') ?? [];
  await page.browserContext().setCookie({ name, value, domain: new URL(origin).hostname });
  return page;
}
