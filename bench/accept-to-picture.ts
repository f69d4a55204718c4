/** From the tap on Accept to the first picture of the caller, against two bare peer connections in one page. */
import type { Page } from 'puppeteer-core';
import { type OpenBrowser, openBrowser } from '../test/helpers/browsers.ts';
import { eventually } from '../test/helpers/poll.ts';
import { click, find, waitForText } from '../test/helpers/ui.ts';
import { makeFamily } from './support/family.ts';
import { type Bench, interleave, median, milliseconds, ratioFigure } from './support/figures.ts';
import {
  bareFirstPicture,
  clickedAt,
  forgetPictures,
  picturedAt,
  type Size,
  watchPictures,
} from './support/first-picture.ts';
import { makeFolder, removeFolder, startBare, startServer } from './support/programs.ts';
import { openSignedIn } from './support/signed-in.ts';

const WARM_UP = 1;
const CALLS = 7;

async function openPerson(browser: OpenBrowser, origin: string, cookie: string): Promise<Page> {
  const page = await openSignedIn(browser, origin, cookie);
  await watchPictures(page);
  return page;
}

/** The size of one's own picture, once the camera is open. */
const ownSize = (page: Page): Promise<Size> =>
  eventually('the own picture', () =>
    page.evaluate(() => {
      const video = document.querySelector<HTMLVideoElement>('[role=group][aria-label=You] video');
      const stream = video?.videoWidth ? video.srcObject : null;
      const settings = stream instanceof MediaStream ? stream.getVideoTracks()[0]?.getSettings() : undefined;
      const { width, height, frameRate } = settings ?? {};
      return width && height && frameRate ? { width, height, frameRate } : undefined;
    }),
  );

export const acceptToPicture: Bench = {
  name: 'accept-to-picture',
  async run() {
    const folder = makeFolder();
    const { pairs } = await makeFamily(folder, 1, 40);
    const [pair] = pairs;
    if (!pair) throw new Error('the family is empty');
    const [server, hello] = [await startServer(folder), await startBare('hello.js')];
    const browser = await openBrowser();
    try {
      const origin = `http://localhost:${server.port}`;
      const caller = await openPerson(browser, origin, pair.cookies[0]);
      const callee = await openPerson(browser, origin, pair.cookies[1]);
      let size: Size = { width: 0, height: 0, frameRate: 0 };

      const call = async () => {
        await callee.goto(`${origin}/chats`);
        await caller.goto(`${origin}/chats/${pair.chat}/call?media=video`);
        await click(caller, 'button', 'Call');
        size = await ownSize(caller);
        await find(callee, 'alertdialog', 'Incoming call');
        // Nobody accepts faster than the page could prefetch the script while it rang.
        await callee.waitForNetworkIdle({ idleTime: 300, timeout: 10_000 });
        await Promise.all([caller, callee].map(forgetPictures));
        await click(callee, 'link', 'Accept');
        const clicked = await clickedAt(callee);
        const [shown, back] = await Promise.all([picturedAt(callee), picturedAt(caller)]);
        await click(callee, 'button', 'Hang up');
        await waitForText(caller, 'status', undefined, /Call ended/);
        return { shown: shown - clicked, back: back - clicked };
      };

      const bare = async () => {
        const page = await browser.newPage();
        await page.goto(`http://localhost:${hello.port}/`);
        const shown = await bareFirstPicture(page, size);
        await page.browserContext().close();
        return { shown, back: shown };
      };

      await interleave(WARM_UP, { call, bare });
      const results = await interleave(CALLS, { call, bare });
      const of = (name: string, field: 'shown' | 'back') =>
        median((results.get(name) ?? []).map((result) => result[field]));
      const picture = `${size.width} × ${size.height} at ${Math.round(size.frameRate)} a second`;
      return [
        ratioFigure(
          'Accept to first remote picture',
          { most: 1.3 },
          of('call', 'shown') / of('bare', 'shown'),
          `${milliseconds(of('call', 'shown'))} against ${milliseconds(of('bare', 'shown'))}, ${picture}; ` +
            `the caller sees the callee after ${milliseconds(of('call', 'back'))}`,
        ),
      ];
    } finally {
      await browser.close();
      await Promise.all([server.stop(), hello.stop()]);
      removeFolder(folder);
    }
  },
};
