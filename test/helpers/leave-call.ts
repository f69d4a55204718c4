/** Leaving a call however it stands: a test that failed in the middle must not leave its people busy for the next. */
import type { Page } from 'puppeteer-core';

/** How long the page may take to say so. Its other side, and the server, have heard of it by then. */
const PATIENCE_MS = 5_000;

/** Hangs up if this page is in a call; does nothing on any other page, or on one that doesn't answer any more. */
export const leaveCall = async (page: Page): Promise<void> => {
  const leave = page.evaluate(async (patience) => {
    const hasEnded = () =>
      /Call ended/.test(document.querySelector('.call [role=status]')?.textContent ?? '');
    const button = document.querySelector<HTMLButtonElement>('[data-do="hang-up"]');
    if (!button || hasEnded()) return;
    button.click();
    for (const end = Date.now() + patience; Date.now() < end && !hasEnded(); )
      await new Promise((resolve) => setTimeout(resolve, 50));
  }, PATIENCE_MS);
  // A crashed page answers nothing, and what can't be asked is in no call.
  await Promise.race([leave.catch(() => {}), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
};
