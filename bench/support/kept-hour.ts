/** Gives a browser's keep-worker a file in chunks of a second, as the recorder of a call page does, only quicker. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { FromKeepWorker, ToKeepWorker } from '../../src/client/recording/upload/keep-client.ts';
import type { Label } from '../../src/client/recording/upload/spool.ts';
import { eventually } from '../../test/helpers/poll.ts';
import { ROOT } from './programs.ts';

/** Bytes that may wait in messages to the worker beyond the piece that it fills, or for the network where there is one. */
const MOST = 2 * 2 ** 20;

export interface KeptHour {
  /** Gives all bytes before this place that it hasn't had, and waits until they lie on the device or have gone on. */
  feed(before: number): Promise<void>;
  /** Says that this was all, and waits until it is on the server. @returns ms */
  finish(): Promise<number>;
}

function workerUrl(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'public/build/manifest.json'), 'utf8'));
  const name: unknown = Object(manifest)['keep-worker.js'];
  return `/static/build/${name}`;
}

/**
 * Begins a recording of `path` on a page that is signed in.
 * @param chunk bytes of a second
 */
export async function keepHour(
  page: Page,
  path: string,
  whose: Pick<Label, 'call' | 'owner'>,
  chunk: number,
): Promise<KeptHour> {
  const label: Label = { ...whose, key: randomUUID(), mode: 'everyone', mimeType: 'video/webm' };
  const input = await page.evaluateHandle(() => {
    const made = document.createElement('input');
    made.type = 'file';
    document.body.append(made);
    return made;
  });
  await input.uploadFile(path);
  const handle = await page.evaluateHandle(
    (url, mine) => {
      const worker = new Worker(url);
      const tell = (message: ToKeepWorker) =>
        worker.postMessage(message, message.type === 'chunk' ? [message.bytes] : []);
      const heard = { last: '', state: '', left: 0, given: 0 };
      worker.addEventListener('message', ({ data }: MessageEvent<FromKeepWorker>) => {
        heard.last = data.type;
        if (data.type === 'state') [heard.state, heard.left] = [data.state.name, data.left];
        if (data.type === 'begun' && !data.onDisk) heard.last = 'begun without a disk';
      });
      worker.addEventListener('error', () => {
        heard.last = 'error';
      });
      const headers = JSON.parse(document.body.getAttribute('hx-headers:inherited') ?? '{}');
      tell({ type: 'begin', label: mine, headers });
      return { tell, heard };
    },
    workerUrl(),
    label,
  );
  const heard = () => handle.evaluate((keeper) => keeper.heard);
  const hears = (type: string, ms: number) =>
    eventually(
      `the worker to say "${type}"`,
      async () => {
        const { last } = await heard();
        if (/failed|refused|error|without/.test(last)) throw new Error(`The worker said "${last}"`);
        return last === type;
      },
      ms,
      async () => JSON.stringify(await heard()),
    );
  await hears('begun', 10_000);

  return {
    feed: (before) =>
      handle.evaluate(
        async ({ tell, heard }, box, end, size, most, key) => {
          const file = box.files?.[0];
          if (!file) throw new Error('no file');
          while (heard.given < end) {
            const bytes = await file.slice(heard.given, Math.min(heard.given + size, end)).arrayBuffer();
            heard.given += bytes.byteLength;
            tell({ type: 'chunk', bytes });
          }
          const root = await navigator.storage.getDirectory();
          const folder = await (await root.getDirectoryHandle('recordings')).getDirectoryHandle(key);
          // Pieces are named by the place of their first byte.
          const lastPiece = async () => {
            let last = 0;
            for await (const name of folder.keys()) last = Math.max(last, Number(name) || 0);
            return last;
          };
          const PIECE = 4 * 2 ** 20;
          const isBehind = async () =>
            (await lastPiece()) + PIECE + most < heard.given ||
            (heard.state === 'sending' && heard.left > most);
          while (await isBehind()) {
            if (/failed|error/.test(heard.last)) throw new Error(`The worker said "${heard.last}"`);
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        },
        input,
        before,
        chunk,
        MOST,
        label.key,
      ),
    async finish() {
      const start = performance.now();
      await handle.evaluate(({ tell }) => tell({ type: 'end' }));
      await hears('over', 150_000);
      return performance.now() - start;
    },
  };
}
