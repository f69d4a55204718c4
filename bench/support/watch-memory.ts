/** How much memory a browser takes while something goes on, as Linux counts it for all of its processes. */
import { readFileSync } from 'node:fs';
import type { Page } from 'puppeteer-core';
import { pause } from '../../test/helpers/poll.ts';
import { descendants, proportionalBytes, residentBytes, totalBytes } from './usage.ts';

/** ms between two looks. */
const PACE = 250;

/**
 * The process of a browser that this one has started, by a folder that only its command line names. Its helpers
 * name it too, so it is the one that has started the others.
 */
function browserIn(folder: string): number {
  const pid = descendants(process.pid).find((pid) => commandOf(pid).includes(folder));
  if (pid === undefined) throw new Error(`no browser runs in ${folder}`);
  return pid;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Proportional bytes; what may not be read so, as of a sandboxed process, counts with all that is resident. */
const bytesOf = (pid: number): number => {
  try {
    return proportionalBytes(pid);
  } catch {
    return residentBytes(pid);
  }
};

export interface MemoryWatch {
  /** Bytes of all processes now. */
  now(): number;
  /** The most since the last time it was asked. */
  most(): number;
  stop(): void;
}

/** @param folder the profile of a browser that runs */
export function watchMemory(folder: string): MemoryWatch {
  const browser = browserIn(folder);
  const now = () => totalBytes([browser, ...descendants(browser)], bytesOf);
  let most = now();
  const timer = setInterval(() => {
    most = Math.max(most, now());
  }, PACE);
  return {
    now,
    most() {
      const had = Math.max(most, now());
      most = 0;
      return had;
    },
    stop: () => clearInterval(timer),
  };
}

/** Who steers Chromium makes it keep a copy of all that workers send, for a look at it later. Nobody looks here. */
export async function keepNoRequests(page: Page): Promise<void> {
  for (const worker of page.workers()) await worker.client.send('Network.disable');
}

/** ms that Chromium's processes have to give back what they are asked for. */
const GIVEN_BACK = 500;

/**
 * Makes Chromium give back what it holds only because there is room: garbage, and caches such as that of every
 * picture drawn without a graphics card, which grows to half a gigabyte. What stays is what the page really takes.
 */
export async function giveBack(page: Page): Promise<void> {
  const session = await page.createCDPSession();
  for (const client of [session, ...page.workers().map((worker) => worker.client)])
    await client.send('HeapProfiler.collectGarbage');
  await session.send('Memory.simulatePressureNotification', { level: 'critical' });
  await session.detach();
  await pause(GIVEN_BACK);
}
