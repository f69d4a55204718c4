/** How much memory a browser takes while something goes on, as Linux counts it for all of its processes. */
import type { Page } from 'puppeteer-core';
import { pause } from '../../test/helpers/poll.ts';
import { browserIn, proportionalBytes, residentBytes, sumOver } from './usage.ts';

/** ms between two looks. */
const PACE = 250;

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

/** Of all processes of a browser, by the profile that it runs on. */
export const bytesIn = (folder: string): number => sumOver(browserIn(folder), bytesOf);

/** @param folder the profile of a browser that runs */
export function watchMemory(folder: string): MemoryWatch {
  const now = () => bytesIn(folder);
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
