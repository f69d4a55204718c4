/** What axe-core finds on a page that keeps people with disabilities out: serious and critical violations. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'puppeteer-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

declare global {
  interface Window {
    axe: { run(): Promise<AxeResults> };
  }
}

const inScheme = async (page: Page, scheme: 'light' | 'dark'): Promise<string[]> => {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    // A colour that is on its way to another would be measured half-way.
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  // Evaluated rather than added as a script: the pages' own policy forbids foreign scripts.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${scheme}: ${id} (${help}) at ${node.target.join(' ')}\n  ${node.failureSummary}`),
    );
};

/** One readable line or two for each violation, in the light and in the dark scheme; empty when all is well. Chromium only. */
export const violations = async (page: Page): Promise<string[]> => [
  ...(await inScheme(page, 'light')),
  ...(await inScheme(page, 'dark')),
];
