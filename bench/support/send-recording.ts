/** Brings a recording to the server as a recorder does, without a browser. */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { eventually } from '../../test/helpers/poll.ts';
import { TUS } from '../../test/helpers/recorder.ts';
import type { Visitor } from './browserlike.ts';
import { median } from './figures.ts';
import type { Running } from './programs.ts';

const CHUNK = 1_000_000;

const headersOf = ({ cookie, csrf }: Visitor) => ({ cookie, 'x-csrf-token': csrf });

/** @returns the address and the ms that a chunk took, on the median */
export async function sendRecording(
  server: Running,
  visitor: Visitor,
  call: string,
  path: string,
): Promise<{ id: string; chunk: number }> {
  const origin = `http://127.0.0.1:${server.port}`;
  const made = await fetch(`${origin}/calls/${call}/recordings`, {
    method: 'POST',
    headers: { ...headersOf(visitor), 'content-type': 'application/json' },
    body: JSON.stringify({ key: randomUUID(), mode: 'everyone', mimeType: 'video/webm' }),
  });
  const { id, uploadUrl } = v.parse(v.object({ id: v.string(), uploadUrl: v.string() }), await made.json());
  const file = openSync(path, 'r');
  const { size } = statSync(path);
  const times: number[] = [];
  for (let offset = 0; offset < size; offset += CHUNK) {
    const bytes = new Uint8Array(Math.min(CHUNK, size - offset));
    readSync(file, bytes, 0, bytes.length, offset);
    const start = performance.now();
    const { status } = await fetch(origin + uploadUrl, {
      method: 'PATCH',
      headers: {
        ...headersOf(visitor),
        ...TUS,
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
        ...(offset + CHUNK >= size && { 'upload-length': String(size) }),
      },
      body: bytes,
    });
    times.push(performance.now() - start);
    if (status !== 204) throw new Error(`the chunk at ${offset} was answered ${status}`);
  }
  closeSync(file);
  return { id, chunk: median(times) };
}

/** What was received goes when all of it is playable. */
export const isFinishing = (dataDir: string, id: string): boolean =>
  readdirSync(join(dataDir, 'recordings')).includes(`${id}.raw`);

export const finished = (dataDir: string, id: string): Promise<boolean> =>
  eventually('the recording to be playable', () => !isFinishing(dataDir, id), 60_000);
