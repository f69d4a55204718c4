/**
 * Effects on this machine: frames a second, how long each takes, and what the browser uses for it, by what is chosen and by
 * browser. Nobody's face is in it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { Rung } from '../src/client/effects/pixels/ladder.ts';
import { type Engine, type OpenBrowser, openBrowser } from '../test/helpers/browsers.ts';
import { arrive, chatOf, createPair, signInClient } from '../test/helpers/people.ts';
import { eventually } from '../test/helpers/poll.ts';
import { startServer } from '../test/helpers/server.ts';
import { click, find } from '../test/helpers/ui.ts';
import { type Bench, digits, type Figure, megabytes, milliseconds } from './support/figures.ts';
import { makeFolder, removeFolder } from './support/programs.ts';
import { secondsIn } from './support/usage.ts';
import { bytesIn } from './support/watch-memory.ts';

const PATIENCE_MS = 60_000;
/** Frames a second, of 1280 × 720, and how long nine in ten of them may take. */
const [LEAST, MOST_MS] = [20, 60];
/** The first ones have the load of what was chosen before, and of compiling. */
const READINGS = 4;

/** What is pressed in the panel, one after the other; each line is measured with all above it. */
const STEPS = [
  ['a colour filter', 'Warm'],
  ['with another background', 'Porch'],
  ['with a strong blur instead', 'Strong blur'],
  ['with a sticker as well', 'Glasses'],
] as const;

const GIVEN_UP = new Map<string | null, string>(
  Object.entries({
    full: 'nothing',
    'half-masks': 'every second mask',
    'half-faces': 'every second look at the face',
    small: 'half the resolution',
    plain: 'smooth skin',
    slow: 'every third frame',
    off: 'all effects',
  } satisfies Record<Rung, string>),
);

const NAMES: Record<Engine, string> = { chromium: 'Chromium', firefox: 'Firefox' };

/** Frames a second, and ms for each: the median, and what nine in ten didn't exceed (effects/engine/pipe.ts). */
type Pace = [frames: number, median: number, slowest: number];

async function paceOf(page: Page): Promise<Pace> {
  const read = () => page.$eval('#call-effects', (panel) => panel.getAttribute('data-pace'));
  let last = await read();
  for (let reading = 0; reading < READINGS; reading += 1) {
    const before = last;
    last = await eventually(
      'another reading',
      async () => {
        const now = await read();
        return now !== before && now;
      },
      PATIENCE_MS,
    );
  }
  const [frames = 0, median = 0, slowest = 0] = (last ?? '').split(' ').map(Number);
  return [frames, median, slowest];
}

/** What a browser uses while something is done: cores, and bytes at its end. */
async function usageOf<Result>(profile: string, work: () => Promise<Result>) {
  const [began, before] = [performance.now(), secondsIn(profile)];
  const result = await work();
  const cores = (1000 * (secondsIn(profile) - before)) / (performance.now() - began);
  return { result, cores, bytes: bytesIn(profile) };
}

async function measure(engine: Engine, browser: OpenBrowser, profile: string): Promise<Figure[]> {
  const server = await startServer();
  try {
    const [anna, ben] = await createPair(server);
    const page = await browser.newPage();
    // A page that no press has opened asks first, and the camera is opened for the preview alone.
    const chat = await chatOf(await signInClient(server, anna), ben);
    await arrive(page, server, anna, `${chat}/call?media=video`);
    await click(page, 'button', 'Effects');
    const panel = await find(page, 'dialog', 'Effects', PATIENCE_MS);
    await click(panel, 'button', 'Preview');
    const figures: Figure[] = [];
    const add = async (what: string) => {
      const { result, cores, bytes } = await usageOf(profile, () => paceOf(page));
      const [frames, median, slowest] = result;
      const rung = await page.$eval('#call-effects', (one) => one.getAttribute('data-rung'));
      figures.push({
        what: `${NAMES[engine]}: ${what}`,
        budget: `≥ ${LEAST} a second, ≤ ${MOST_MS} ms`,
        measured: `${digits(frames)} a second, ${milliseconds(slowest)}`,
        absolute: `${milliseconds(median)} in the median; given up last: ${GIVEN_UP.get(rung) ?? 'nothing'}; the browser ${digits(cores)} cores, ${megabytes(bytes)}`,
        met: frames >= LEAST && slowest <= MOST_MS,
      });
    };
    for (const [what, name] of STEPS) {
      await click(panel, 'radio', name);
      await add(what);
    }
    const tab = await page.browserContext().newPage();
    await tab.bringToFront();
    await eventually('the page to be hidden', () => page.evaluate(() => document.hidden));
    await add('all of that in a hidden tab');
    return figures;
  } finally {
    await server.remove();
  }
}

export const effects: Bench = {
  name: 'effects',
  async run() {
    const folder = makeFolder();
    try {
      const figures: Figure[] = [];
      for (const engine of ['chromium', 'firefox'] as const) {
        const profile = join(folder, engine);
        mkdirSync(profile);
        const browser = await openBrowser(
          engine === 'chromium'
            ? { engine, profile, camera: 'busy', frameRate: 30, slowsHidden: true }
            : { engine, profile },
        );
        try {
          figures.push(...(await measure(engine, browser, profile)));
        } finally {
          await browser.close();
        }
      }
      return figures;
    } finally {
      removeFolder(folder);
    }
  },
};
