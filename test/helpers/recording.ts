/** Recording on a call page as people do it, and what the server has made of it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { Client } from './client.ts';
import { eventually } from './poll.ts';
import type { Server } from './server.ts';
import { click, find } from './ui.ts';

/** Two moments between which something happened, in seconds by one clock. */
export type Between = readonly [after: number, before: number];

/** Where a recording of two shows the other, and where oneself: src/client/recording/layout.ts. */
export const LARGE = { x: 0.05, y: 0.05, width: 0.6, height: 0.4 };
export const SMALL = { x: 0.8, y: 0.78, width: 0.16, height: 0.08 };

const now = () => performance.now() / 1000;

/** What the page says for as long as somebody records. */
export const recordingSign = (page: Page): Promise<string> =>
  page.$eval('.call-recording', (sign) => sign.textContent);

const pressRecord = async (page: Page, wanted: boolean): Promise<Between> => {
  const after = now();
  await click(page, 'button', 'Record');
  const button = await find(page, 'button', 'Record');
  await eventually(`"Record" to be ${wanted ? 'on' : 'off'}`, () =>
    button.evaluate((node, pressed) => node.ariaPressed === pressed, String(wanted)),
  );
  return [after, now()];
};

/** Presses the button, and waits until the page says that it records. */
export const startRecording = (page: Page): Promise<Between> => pressRecord(page, true);

/** Waits until it has been recorded for so long: what is tested is a recording of that length. */
export const recordedFor = (seconds: number, [, began]: Between): Promise<boolean> =>
  eventually(`${seconds} s to be recorded`, () => now() - began >= seconds, (seconds + 10) * 1000);

/** Presses it again, and waits until all of it is on the server. */
export const saveRecording = async (page: Page): Promise<Between> => {
  const stopped = await pressRecord(page, false);
  const card = await find(page, 'group', 'Recording');
  await eventually(
    'the recording to be saved',
    () => card.evaluate((node) => node.textContent.includes('The recording is saved.')),
    30_000,
    () => card.evaluate((node) => node.textContent),
  );
  return stopped;
};

/** The seconds that a recording between these moments may have: half a second is left to starting and stopping. */
export const lengthOf = ([after, began]: Between, [stopping, before]: Between) => ({
  least: stopping - began - 0.5,
  most: before - after + 0.5,
});

/** Waits until the page of the call shows so many recordings that can be played; answers their files, oldest first. */
export const recordingsOf = (
  server: Server,
  client: Client,
  call: string,
  count: number,
): Promise<Buffer[]> => {
  let body = '';
  return eventually(
    `${count} recordings`,
    async () => {
      ({ body } = await client.get(call));
      const ready = body.split('<li').filter((part) => part.includes('data-state="ready"'));
      const ids = ready.flatMap((row) => /\/recordings\/([\w-]{22})\/download/.exec(row)?.[1] ?? []);
      return ids.length === count && ids.map((id) => readFileSync(join(server.dataDir, 'recordings', id)));
    },
    60_000,
    () => body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '),
  );
};

export const recordingOf = async (server: Server, client: Client, call: string): Promise<Buffer> => {
  const [file] = await recordingsOf(server, client, call, 1);
  if (!file) throw new Error('no recording');
  return file;
};

/** What has been received of recordings that are not whole, newest last. */
export const receivedBy = (server: Server): Buffer[] => {
  const folder = join(server.dataDir, 'recordings');
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith('.raw'))
    .map((name) => join(folder, name));
  return paths
    .sort((a, b) => statSync(a).birthtimeMs - statSync(b).birthtimeMs)
    .map((path) => readFileSync(path));
};
