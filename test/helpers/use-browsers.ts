/** Browsers that the tests of one file share. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type BrowserOptions, type OpenBrowser, openBrowser } from './browsers.ts';

/**
 * Opens browsers before the tests of a file, closes all their pages after each, and at the end expects that none has
 * complained of anything. To be called where the file begins, before it says what else is to be done before and after.
 * @param wanted by the names that the tests have for them
 * @returns the browsers by these names; they are there once the tests begin
 */
export function useBrowsers<Name extends string>(
  wanted: Record<Name, BrowserOptions>,
): Readonly<Record<Name, OpenBrowser>> {
  const open: Partial<Record<Name, OpenBrowser>> = {};
  const all = () => Object.values<OpenBrowser>(open as Record<Name, OpenBrowser>);
  beforeAll(async () => {
    for (const name in wanted) open[name] = await openBrowser(wanted[name]);
  });
  afterEach(async () => {
    for (const browser of all()) await browser.closePages();
  });
  afterAll(async () => {
    for (const browser of all()) await browser.close();
    expect(all().flatMap(({ problems }) => problems)).toEqual([]);
  });
  return open as Record<Name, OpenBrowser>;
}
