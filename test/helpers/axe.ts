/** What axe-core finds on a page that keeps people with disabilities out: serious and critical violations. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'puppeteer-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

declare global {
  interface Window {
    axe: { run(options: RunOptions): Promise<AxeResults> };
  }
}

/** What of axe's rules a scheme makes a difference to. */
const OF_COLOUR: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

const inScheme = async (page: Page, scheme: 'light' | 'dark', rules: RunOptions): Promise<string[]> => {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    // A colour that is on its way to another would be measured half-way.
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  const { violations } = await page.evaluate((rules) => window.axe.run(rules), rules);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${scheme}: ${id} (${help}) at ${node.target.join(' ')}\n  ${node.failureSummary}`),
    );
};

/** One readable line or two for each violation, in the light and in the dark scheme; empty when all is well. Chromium only. */
export const violations = async (page: Page): Promise<string[]> => {
  // Evaluated rather than added as a script: the pages' own policy forbids foreign scripts.
  await page.evaluate(source);
  return [...(await inScheme(page, 'light', {})), ...(await inScheme(page, 'dark', OF_COLOUR))];
};
