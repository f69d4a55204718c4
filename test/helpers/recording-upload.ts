/** Sends a whole recording to a server of its own process, as a call page does, and waits until it can be played. */
import * as v from 'valibot';
import type { Client } from './client.ts';
import { eventually } from './poll.ts';
import { newWish, TUS } from './recorder.ts';
import type { Server } from './server.ts';

export const putRecording = async (
  server: Server,
  client: Client,
  call: string,
  bytes: Buffer,
): Promise<void> => {
  const token = /name="_csrf" value="([^"]*)"/.exec((await client.get('/settings')).body)?.[1] ?? '';
  const cookie = [...client.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, 'x-csrf-token': token };
  const made = await fetch(`${server.origin}/calls/${call}/recordings`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(newWish()),
  });
  const { id, uploadUrl } = v.parse(v.object({ id: v.string(), uploadUrl: v.string() }), await made.json());
  const sent = await fetch(server.origin + uploadUrl, {
    method: 'PATCH',
    headers: {
      ...headers,
      ...TUS,
      'upload-offset': '0',
      'upload-length': String(bytes.length),
      'content-type': 'application/offset+octet-stream',
    },
    body: new Uint8Array(bytes),
  });
  if (sent.status !== 204) throw new Error(`the recording was not taken: ${sent.status}`);
  await eventually(
    'the recording to be ready',
    async () => {
      const { body } = await client.get(`/calls/${call}`);
      return body.split('<li').some((row) => row.includes(id) && row.includes('data-state="ready"'));
    },
    60_000,
    server.log,
  );
};
