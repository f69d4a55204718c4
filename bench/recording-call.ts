/** A call recorded for a minute: the recording browser's memory, and the frames a second while its tab is seen and hidden. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { type Engine, type OpenBrowser, openBrowser } from '../test/helpers/browsers.ts';
import { accept, arriveCalling, connected } from '../test/helpers/calls.ts';
import { picturesChange } from '../test/helpers/media.ts';
import { type Pattern, usePattern } from '../test/helpers/pattern.ts';
import { arrive, chatOf, createPair, signInClient } from '../test/helpers/people.ts';
import { eventually } from '../test/helpers/poll.ts';
import {
  type Between,
  recordedFor,
  recordingOf,
  saveRecording,
  startRecording,
} from '../test/helpers/recording.ts';
import { type Interval, longestGapMs, pictureRate } from '../test/helpers/recording-measures.ts';
import { probeRecording } from '../test/helpers/recording-probe.ts';
import { type Server, startServer } from '../test/helpers/server.ts';
import { click } from '../test/helpers/ui.ts';
import { type Bench, digits, type Figure, megabytes, milliseconds } from './support/figures.ts';
import { makeFolder, removeFolder } from './support/programs.ts';
import { giveBack, keepNoRequests, watchMemory } from './support/watch-memory.ts';

/** Seconds after which a tab is hidden and shown again, and the recording ends. */
interface Plan {
  hide: number;
  show: number;
  end: number;
}

/** Memory is compared between 10 s and the end, both with the tab in view. */
const FIRST_LOOK = 10;
const MINUTE: Plan = { hide: 12, show: 36, end: 60 };
const SHORT: Plan = { hide: 12, show: 26, end: 28 };
/** Seconds beside a change that belong to neither side of it. */
const MARGIN = 1;
const SMALL = { width: 640, height: 480 };
const MINE: Pattern = { colour: '#900000', pitch: 440 };
const THEIRS: Pattern = { colour: '#000090', pitch: 880 };

const NAMES: Record<Engine, string> = { chromium: 'Chromium', firefox: 'Firefox' };

interface Recorded {
  file: Buffer;
  /** In seconds of the recording. */
  seen: Interval;
  hidden: Interval;
  /** Bytes of the recording browser without its caches after 10 s and at the end, and with them at most. */
  memory: { early: number; late: number; most: number } | undefined;
}

/** Two pages that see each other, in a browser each, so that the recording one's memory is its own. */
async function connect(server: Server, mine: OpenBrowser, theirs: OpenBrowser) {
  const [anna, ben] = await createPair(server);
  const client = await signInClient(server, anna);
  const [page, other] = [await mine.newPage(SMALL), await theirs.newPage(SMALL)];
  await usePattern(page, MINE);
  await usePattern(other, THEIRS);
  await arrive(other, server, ben);
  await arriveCalling(page, server, anna, await chatOf(client, ben));
  await accept(other);
  await connected(page, other);
  await picturesChange(page, 'Ben', 2);
  return { client, page, call: new URL(page.url()).pathname };
}

/** Hides the page behind another tab until `seconds` are recorded. @returns when it was hidden */
async function hideUntil(page: Page, seconds: number, began: Between): Promise<Interval> {
  const moment = () => performance.now() / 1000 - began[1];
  const tab = await page.browserContext().newPage();
  await tab.bringToFront();
  await eventually('the page to be hidden', () => page.evaluate(() => document.hidden));
  const from = moment();
  await recordedFor(seconds, began);
  const to = moment();
  await page.bringToFront();
  await tab.close();
  await eventually('the page to be seen', () => page.evaluate(() => !document.hidden));
  return [from + MARGIN, to];
}

async function record(engine: Engine, plan: Plan, folder: string): Promise<Recorded> {
  const server = await startServer();
  const profile = join(folder, engine);
  mkdirSync(profile);
  const theirs = await openBrowser();
  const mine = await openBrowser(engine === 'chromium' ? { engine, profile, slowsHidden: true } : { engine });
  try {
    const { client, page, call } = await connect(server, mine, theirs);
    const began = await startRecording(page);
    if (engine === 'chromium') await keepNoRequests(page);
    const watch = engine === 'chromium' ? watchMemory(profile) : undefined;
    const look = async () => {
      if (watch) await giveBack(page);
      return watch?.now() ?? 0;
    };
    await recordedFor(FIRST_LOOK, began);
    const early = await look();
    await recordedFor(plan.hide, began);
    const seen: Interval = [MARGIN, plan.hide];
    const hidden = await hideUntil(page, plan.show, began);
    await recordedFor(plan.end, began);
    const most = watch?.most() ?? 0;
    const late = await look();
    watch?.stop();
    await saveRecording(page);
    await click(page, 'button', 'Hang up');
    const file = await recordingOf(server, client, call);
    return { file, seen, hidden, memory: watch && { early, late, most } };
  } finally {
    await mine.close();
    await theirs.close();
    await server.remove();
  }
}

async function figuresOf(engine: Engine, { file, seen, hidden, memory }: Recorded): Promise<Figure[]> {
  const probe = probeRecording(file);
  const pictures = await probe.pictures();
  probe.close();
  const figures: Figure[] = [
    {
      what: `a recording by a hidden tab of ${NAMES[engine]}`,
      budget: '',
      measured: `${digits(pictureRate(pictures, hidden))} frames a second`,
      absolute: `${digits(pictureRate(pictures, seen))} a second while it is seen; the longest pause ${milliseconds(longestGapMs(pictures, hidden))}, seen ${milliseconds(longestGapMs(pictures, seen))}`,
      met: undefined,
    },
  ];
  if (memory)
    figures.push({
      what: `${NAMES[engine]}'s memory after a minute of recording`,
      budget: '',
      measured: `${digits(memory.late / memory.early)} × that after ${FIRST_LOOK} s`,
      absolute: `${megabytes(memory.late)} against ${megabytes(memory.early)} without caches; ${megabytes(memory.most)} at most with them`,
      met: undefined,
    });
  return figures;
}

export const recordingCall: Bench = {
  name: 'recording-call',
  async run() {
    const folder = makeFolder();
    try {
      return [
        ...(await figuresOf('chromium', await record('chromium', MINUTE, folder))),
        ...(await figuresOf('firefox', await record('firefox', SHORT, folder))),
      ];
    } finally {
      removeFolder(folder);
    }
  },
};
