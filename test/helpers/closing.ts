/** How people put away what lies over a page, or in place of a part of it: a menu, a panel, a card, a form. */
import type { Page } from 'puppeteer-core';
import { eventually } from './poll.ts';

/** Where no page has anything to press. */
const tapBeside = (page: Page) => page.mouse.click(2, 2);

export const WAYS_OUT: [string, (page: Page) => Promise<void>][] = [
  ['Escape', (page) => page.keyboard.press('Escape')],
  ['a tap beside it', tapBeside],
];

/**
 * Opens each menu and panel that has a summary by the keyboard, and closes it by Escape, then by a tap beside it.
 * @param within only those inside of what this selector names
 */
export async function closeEach(page: Page, where: string, within = 'body'): Promise<void> {
  for (const summary of await page.$$(`${within} details > summary`)) {
    if (!(await summary.isVisible())) continue;
    const isOpen = () => summary.evaluate(({ parentElement }) => parentElement?.matches('[open]'));
    const hasFocus = () => summary.evaluate((node) => node === document.activeElement);
    const open = async () => {
      await summary.press('Enter');
      await eventually(`${where}: what is behind a summary to open`, isOpen);
    };
    await open();
    await page.keyboard.press('Tab');
    // The script comes with the first key.
    await eventually(`${where}: Escape to close it`, async () => {
      await page.keyboard.press('Escape');
      return !(await isOpen());
    });
    await eventually(`${where}: the focus to return`, hasFocus);
    await open();
    await tapBeside(page);
    await eventually(`${where}: a tap beside it to close it`, async () => !(await isOpen()));
  }
}
