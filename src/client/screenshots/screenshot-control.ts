/**
 * The button "Screenshot". What shows, keeps and sends one is fetched once there is a call; the picture itself is that of the
 * moment when the button is pressed.
 */
import { fetchedOnce } from '../common/scripts.ts';
import type { Say } from '../common/words.ts';
import type { Shown } from './screenshot-cards.ts';
import { takeScreenshot } from './take-screenshot.ts';

/** Set by the build: the script's address. */
declare const SCREENSHOTS_URL: string;

export interface ScreenshotControl {
  /** Prepares while the server is up, in case it is down later. */
  prepare(): void;
  /** Takes one of the first video; its card offers the others. */
  take(feeds: Shown[]): void;
}

/**
 * @param call the id of the call, as soon as it has one
 * @param missed whether there is no script to show the last one with
 */
export function createScreenshotControl(
  box: HTMLElement,
  say: Say,
  call: () => string | undefined,
  missed: (isMissed: boolean) => void,
): ScreenshotControl {
  const fetched = fetchedOnce(
    SCREENSHOTS_URL,
    ({ createScreenshotCards }: typeof import('./screenshot-cards.ts')) =>
      createScreenshotCards(box, say, call),
  );

  return {
    prepare: () => void fetched().catch(() => undefined),
    take(feeds) {
      const picture = feeds[0] && takeScreenshot(feeds[0].video).catch(() => undefined);
      fetched().then(
        (cards) => {
          missed(false);
          void cards.take(feeds, picture);
        },
        () => missed(true),
      );
    },
  };
}
