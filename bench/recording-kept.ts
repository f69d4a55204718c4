/** An hour's recording on its way through a browser: its memory, its disk, and how long a backlog of an hour takes to send. */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser } from '../test/helpers/browsers.ts';
import { makeCallers } from './support/family.ts';
import { type Bench, digits, type Figure, megabytes, milliseconds } from './support/figures.ts';
import { bareCopy, HOUR, makeHour } from './support/hour.ts';
import { keepHour } from './support/kept-hour.ts';
import { makeFolder, type Running, removeFolder, startServer } from './support/programs.ts';
import { openSignedIn } from './support/signed-in.ts';
import { giveBack, keepNoRequests, watchMemory } from './support/watch-memory.ts';

/** Seconds of recording between two looks at the disk. */
const STEP = 60;

/** Bytes in the private file systems of a Chromium profile's pages. */
function keptIn(profile: string): number {
  const folder = join(profile, 'Default', 'File System');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}

interface Measured {
  /** Bytes of the browser: when it has begun, at most meanwhile, and without caches after the last chunk. */
  memory: { start: number; most: number; end: number };
  /** Bytes that it had on the disk of its device at most. */
  disk: number;
  /** ms from the end of the recording until all was on the server, and the browser's bytes at most meanwhile. */
  sending: { ms: number; most: number };
}

interface Parts {
  folder: string;
  dataDir: string;
  server: Running;
  cookie: string;
  hour: string;
  whose: { call: string; owner: number };
}

/**
 * A browser of its own records the hour.
 * @param begun is awaited before the first chunk, `fed` after the last
 */
async function record(
  name: string,
  { folder, server, cookie, hour, whose }: Parts,
  begun: () => Promise<void>,
  fed: () => Promise<void>,
): Promise<Measured> {
  const profile = join(folder, name);
  mkdirSync(profile);
  // Only a profile has a disk: what other contexts keep lies in the browser's memory.
  const browser = await openBrowser({ profile });
  try {
    const origin = `http://localhost:${server.port}`;
    const page = await openSignedIn(browser, origin, cookie);
    await page.goto(`${origin}/chats`);
    const { size } = statSync(hour);
    const chunk = Math.ceil(size / HOUR);
    const kept = await keepHour(page, hour, whose, chunk);
    await begun();
    await keepNoRequests(page);
    await giveBack(page);
    const memory = watchMemory(profile);
    const start = memory.now();
    let disk = 0;
    for (let second = STEP; second <= HOUR; second += STEP) {
      await kept.feed(Math.min(second * chunk, size));
      disk = Math.max(disk, keptIn(profile));
    }
    const most = memory.most();
    await giveBack(page);
    const end = memory.now();
    await fed();
    const ms = await kept.finish();
    const sending = { ms, most: memory.most() };
    memory.stop();
    return { memory: { start, most, end }, disk, sending };
  } finally {
    await browser.close();
  }
}

const memoryFigure = (what: string, { memory: { start, most, end }, disk, sending }: Measured): Figure => ({
  what,
  budget: '',
  measured: `${digits(end / start)} × that at its start`,
  absolute: `${megabytes(end)} against ${megabytes(start)} without caches; ${megabytes(most)} at most with them, ${megabytes(sending.most)} while the rest is sent; ${megabytes(disk)} on its disk at most`,
  met: undefined,
});

export const recordingKept: Bench = {
  name: 'recording-kept',
  async run() {
    const folder = makeFolder();
    const dataDir = join(folder, 'data');
    const { pair, call } = await makeCallers(dataDir);
    const hour = makeHour(folder);
    const copy = bareCopy(hour);
    let server = await startServer(dataDir);
    try {
      const parts = () => ({
        ...{ folder, dataDir, server, hour },
        ...{ cookie: pair.cookies[0], whose: { call, owner: pair.users[0] } },
      });
      const nothing = async () => {};
      const there = await record('there', parts(), nothing, nothing);
      const away = await record(
        'away',
        parts(),
        () => server.stop(),
        async () => {
          server = await startServer(dataDir, server.port);
        },
      );
      const size = megabytes(statSync(hour).size);
      return [
        memoryFigure(`the browser's memory over an hour's recording (${size})`, there),
        memoryFigure('the same with the server away for all of it', away),
        {
          what: "sending an hour's backlog",
          budget: '',
          measured: `${digits(away.sending.ms / copy)} ×`,
          absolute: `${digits(away.sending.ms / 1000)} s against a bare copy (${milliseconds(copy)})`,
          met: undefined,
        },
      ];
    } finally {
      await server.stop();
      removeFolder(folder);
    }
  },
};
