/** A device that can't keep up with the effects: what is given up, what is said of it, and that the room stays hidden. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrive, chatOf, createPair, signInClient } from '../helpers/people.ts';
import { eventually, pause } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

/** Models are fetched and compiled by then, and hundreds of slow frames have come. */
const PATIENCE_MS = 150_000;
/** ms that a slow page runs and rests in turn. Hardly a frame is done without a rest. */
const [RUNS, RESTS] = [4, 130];

const browsers = useBrowsers({ chromium: { shell: true, camera: 'busy', lines: 180, frameRate: 20 } });

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.remove());

/** Slows down all that pages of this browser do, their workers included. @returns lets them run again */
async function slowDown(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.browser().target().createCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const pages = processInfo.flatMap(({ type, id }) => (type === 'renderer' ? [id] : []));
  const tell = (signal: NodeJS.Signals) => {
    for (const pid of pages)
      try {
        process.kill(pid, signal);
      } catch {
        // That page is closed.
      }
  };
  let isSlow = true;
  const slow = (async () => {
    while (isSlow) {
      tell('SIGSTOP');
      await pause(RESTS);
      tell('SIGCONT');
      await pause(RUNS);
    }
  })();
  return async () => {
    isSlow = false;
    await slow;
  };
}

/** How much changes from pixel to pixel of the preview. */
const detailOf = (page: Page) =>
  page.$eval('#call-effects video', (video) => {
    const [width, height] = [320, 180];
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null || !(video instanceof HTMLVideoElement)) throw new Error('no picture');
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    let sum = 0;
    for (let at = 4; at < data.length; at += 4) sum += Math.abs((data[at + 1] ?? 0) - (data[at - 3] ?? 0));
    return sum / (width * height);
  });

test('a page that is slowed down gives up one thing after the other, says so, and shows nothing of the room', async () => {
  const [anna, ben] = await createPair(server);
  const chat = await chatOf(await signInClient(server, anna), ben);
  const page = await browsers.chromium.newPage();
  await arrive(page, server, anna, `${chat}/call?media=video`);
  await click(page, 'button', 'Effects');
  const panel = await find(page, 'dialog', 'Effects', PATIENCE_MS);
  const rungs = await panel.evaluateHandle((element) => {
    const seen: string[] = [];
    new MutationObserver(() => seen.push(element.getAttribute('data-rung') ?? '')).observe(element, {
      attributeFilter: ['data-rung'],
    });
    return seen;
  });
  await click(panel, 'button', 'Preview');
  const room = await eventually('the camera', async () => (await detailOf(page)) || undefined, PATIENCE_MS);
  await click(panel, 'radio', 'Strong blur');
  await eventually(
    'the effects',
    () => panel.evaluate((element) => element.hasAttribute('data-pace')),
    PATIENCE_MS,
  );

  const recover = await slowDown(page);
  let most = 0;
  try {
    await eventually(
      'the effects to be off',
      async () => {
        most = Math.max(most, await detailOf(page));
        return (await rungs.jsonValue()).includes('off');
      },
      PATIENCE_MS,
      () => rungs.jsonValue(),
    );
  } finally {
    await recover();
  }
  await waitForText(page, 'dialog', 'Effects', /can.t keep up with the effects, so they are off/);
  expect(Math.max(most, await detailOf(page))).toBeLessThan(room / 3);
  const given = await rungs.jsonValue();
  expect(given.slice(given.lastIndexOf('half-masks'))).toEqual(['half-masks', 'slow', 'off']);

  // Somebody chooses less, and it is tried again.
  await click(panel, 'radio', 'Light blur');
  await waitForText(page, 'dialog', 'Effects', /^(?![\s\S]*keep up)/, PATIENCE_MS);
  await eventually('all of it', async () => (await rungs.jsonValue()).at(-1) === 'full', PATIENCE_MS);
}, 240_000);
