/** From a tap in the middle of an hour's recording to its picture, against the same file from a bare server. */
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer-core';
import { type Engine, openBrowser } from '../test/helpers/browsers.ts';
import { visit } from './support/browserlike.ts';
import { makeCallers } from './support/family.ts';
import { type Bench, digits, type Figure, interleave, median, milliseconds } from './support/figures.ts';
import { makeHour, RECORDED } from './support/hour.ts';
import { makeFolder, type Running, removeFolder, startBare, startServer } from './support/programs.ts';
import { finished, sendRecording } from './support/send-recording.ts';
import { openSignedIn } from './support/signed-in.ts';

const BUDGET_MS = 300;
const WARM_UP = 1;
const ROUNDS = 5;

/** ms until the middle is shown. The recording's head has been read, as it has when somebody sees the player. */
const seekToMiddle = (video: ElementHandle<HTMLVideoElement>): Promise<number> =>
  video.evaluate(async (player) => {
    const until = (name: string) =>
      new Promise<void>((resolve, reject) => {
        player.addEventListener(name, () => resolve(), { once: true });
        player.addEventListener('error', () => reject(new Error(player.error?.message)), { once: true });
      });
    if (player.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) await until('loadeddata');
    const start = performance.now();
    player.currentTime = player.duration / 2;
    await until('seeked');
    return performance.now() - start;
  });

async function playerOn(page: Page): Promise<ElementHandle<HTMLVideoElement>> {
  const video = await page.waitForSelector('video');
  if (!video) throw new Error('no player');
  return video;
}

/** Each time in a context of its own, so that nothing has been fetched before. */
async function seekIn(engine: Engine, server: Running, cookie: string, call: string, bare: Running) {
  const browser = await openBrowser({ engine });
  try {
    const ours = async () => {
      const origin = `http://localhost:${server.port}`;
      const page = await openSignedIn(browser, origin, cookie);
      await page.goto(`${origin}/calls/${call}`);
      const ms = await seekToMiddle(await playerOn(page));
      await page.browserContext().close();
      return ms;
    };
    const bareOne = async () => {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${bare.port}/`);
      await page.evaluate(() => {
        const video = document.createElement('video');
        [video.controls, video.preload, video.src] = [true, 'metadata', '/file'];
        document.body.append(video);
      });
      const ms = await seekToMiddle(await playerOn(page));
      await page.browserContext().close();
      return ms;
    };
    await interleave(WARM_UP, { ours, bare: bareOne });
    const times = await interleave(ROUNDS, { ours, bare: bareOne });
    return { ours: times.get('ours') ?? [], bare: times.get('bare') ?? [] };
  } finally {
    await browser.close();
  }
}

const NAMES: Record<Engine, string> = { chromium: 'Chromium', firefox: 'Firefox' };

export const recordingSeek: Bench = {
  name: 'recording-seek',
  async run() {
    const folder = makeFolder();
    const dataDir = join(folder, 'data');
    const { pair, call } = await makeCallers(dataDir);
    const server = await startServer(dataDir);
    try {
      const visitor = await visit(server.port, pair.cookies[0], `/chats/${pair.chat}`);
      const { id } = await sendRecording(server, visitor, call, makeHour(folder, RECORDED));
      await finished(dataDir, id);
      const bare = await startBare('files.ts', join(dataDir, 'recordings', id), 'video/webm');
      try {
        const figures: Figure[] = [];
        for (const engine of ['chromium', 'firefox'] as const) {
          const times = await seekIn(engine, server, pair.cookies[0], call, bare);
          const [own, least] = [median(times.ours), median(times.bare)];
          figures.push({
            what: `to the middle of an hour's recording in ${NAMES[engine]}`,
            budget: `≤ ${BUDGET_MS} ms`,
            measured: milliseconds(own),
            absolute: `${digits(own / least)} × a bare server (${milliseconds(least)}), the longest ${milliseconds(Math.max(...times.ours))}`,
            met: own <= BUDGET_MS,
          });
        }
        return figures;
      } finally {
        await bare.stop();
      }
    } finally {
      await server.stop();
      removeFolder(folder);
    }
  },
};
