/** The process behind `putLoad`. Started with fork(), it takes one Load and answers with one LoadResult. */
import { randomBytes } from 'node:crypto';
import { KEY_PLACE } from './browserlike.ts';
import { openConnection } from './keep-alive.ts';
import type { Load, LoadResult } from './load.ts';

const isLoad = (value: unknown): value is Load =>
  typeof value === 'object' && value !== null && 'requests' in value;

const run = randomBytes(8).toString('hex');
let keys = 0;
const newKey = () => run + String(keys++).padStart(KEY_PLACE.length - run.length, '0');

async function work({ port, requests, ms }: Load): Promise<LoadResult> {
  let [good, bad, bytes] = [0, 0, 0];
  const connections = await Promise.all(requests.map(() => openConnection(port)));
  const start = performance.now();
  const end = start + ms;
  await Promise.all(
    connections.map(
      (connection, index) =>
        new Promise<void>((resolve) => {
          const request = requests[index] ?? '';
          const keyed = request.includes(KEY_PLACE);
          const fixed = Buffer.from(request);
          const next = () =>
            connection.ask(keyed ? request.replace(KEY_PLACE, newKey()) : fixed, (answer) => {
              if (answer.status >= 200 && answer.status < 300) good++;
              else bad++;
              bytes += answer.bytes;
              if (performance.now() < end) next();
              else resolve();
            });
          next();
        }),
    ),
  );
  const seconds = (performance.now() - start) / 1000;
  for (const connection of connections) connection.close();
  return { rate: good / seconds, bad, bytes: bytes / Math.max(1, good + bad) };
}

process.once('message', async (load) => {
  if (isLoad(load)) process.send?.(await work(load));
});
