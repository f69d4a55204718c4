/** What comes over a line, by the browser's own statistics (W3C WebRTC Stats) and by the pictures that are painted. */
import type { Page } from 'puppeteer-core';
import { participant, watchPictures } from '../helpers/media.ts';
import { pause } from '../helpers/poll.ts';

declare global {
  interface Window {
    connections: RTCPeerConnection[];
  }
}

export interface Received {
  /** Share of what was played that the browser made up, because it hadn't come. */
  concealed: number;
  /** Pictures a second. */
  rate: number;
  /** Lines of the picture at the end. */
  lines: number;
  /** Seconds in all in which the picture stood still, of those in which it was measured. */
  frozen: number;
  /** ms, the longest time without a picture. */
  longestGap: number;
}

/** Makes the page's connections known to `receive`. Before it opens a call page. */
export const noteConnections = (page: Page) =>
  page.evaluateOnNewDocument(() => {
    window.connections = [];
    const Native = RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        window.connections.push(this);
      }
    };
  });

/** What the statistics of a page's connections to one other add up to. */
const totals = async (page: Page, name: string) =>
  (await participant(page, name)).evaluate(async (tile) => {
    const sum = { samples: 0, concealed: 0, frames: 0, frozen: 0, lines: 0 };
    const shown = tile.querySelector('video')?.srcObject;
    const tracks = shown instanceof MediaStream ? shown.getTracks() : [];
    for (const connection of window.connections) {
      if (connection.connectionState === 'closed') continue;
      if (!connection.getReceivers().some(({ track }) => tracks.includes(track))) continue;
      for (const stat of (await connection.getStats()).values()) {
        if (stat.type !== 'inbound-rtp') continue;
        sum.samples += stat.totalSamplesReceived ?? 0;
        sum.concealed += (stat.concealedSamples ?? 0) - (stat.silentConcealedSamples ?? 0);
        sum.frames += stat.framesDecoded ?? 0;
        sum.frozen += stat.totalFreezesDuration ?? 0;
        sum.lines = Math.max(sum.lines, stat.frameHeight ?? 0);
      }
    }
    return sum;
  });

/** Measures for so many seconds what a page gets of one other. */
export async function receive(page: Page, name: string, seconds: number): Promise<Received> {
  const before = await totals(page, name);
  const watch = await watchPictures(page, name);
  await pause(seconds * 1000);
  const { pictures, longestGapMs } = await watch.stop();
  const after = await totals(page, name);
  return {
    concealed: (after.concealed - before.concealed) / Math.max(1, after.samples - before.samples),
    rate: pictures / seconds,
    lines: after.lines,
    frozen: after.frozen - before.frozen,
    longestGap: longestGapMs,
  };
}

/** ms until pictures of all these come again, counted from now. */
export async function untilBack(watched: { page: Page; name: string }[]): Promise<number> {
  const started = performance.now();
  await Promise.all(
    watched.map(async ({ page, name }) => {
      const watch = await watchPictures(page, name);
      const end = Date.now() + 60_000;
      while ((await watch.pictures()) < 3) {
        if (Date.now() > end) throw new Error(`No picture of ${name} came again.`);
        await pause(50);
      }
    }),
  );
  return performance.now() - started;
}

/** The two ends of the way that what this page sends and gets goes (W3C WebRTC Stats §8.20), its own first. */
const ways = (page: Page) =>
  page.evaluate(async () => {
    for (const connection of window.connections) {
      if (connection.connectionState !== 'connected') continue;
      const report = new Map(await connection.getStats());
      for (const stat of report.values()) {
        const pair = stat.type === 'transport' && report.get(stat.selectedCandidatePairId);
        if (!pair) continue;
        return [pair.localCandidateId, pair.remoteCandidateId].map((id) => {
          const { candidateType, relayProtocol } = report.get(id) ?? {};
          return { type: String(candidateType), protocol: String(relayProtocol) };
        });
      }
    }
    throw new Error('nothing is connected');
  });

/** Whether that leads over a relay, its own or the other's. */
export const isRelayed = async (page: Page): Promise<boolean> =>
  (await ways(page)).some(({ type }) => type === 'relay');

/** By what the page reaches its own relay: "udp", "tcp" or "tls"; "undefined" where it uses none. */
export const wayToRelay = async (page: Page): Promise<string | undefined> => (await ways(page))[0]?.protocol;
