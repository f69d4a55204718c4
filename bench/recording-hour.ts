/** An hour's recording: how long it takes to make it playable, what that takes, and what the chat notices of it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../test/helpers/poll.ts';
import { getRequest, visit } from './support/browserlike.ts';
import { makeCallers } from './support/family.ts';
import { type Bench, digits, median, megabytes, milliseconds, ratioFigure } from './support/figures.ts';
import { bareCopy, makeHour } from './support/hour.ts';
import { askOnce, openConnection } from './support/keep-alive.ts';
import { makeFolder, removeFolder, startServer } from './support/programs.ts';
import { isFinishing, sendRecording } from './support/send-recording.ts';
import { descendants, residentBytes, sumOver } from './support/usage.ts';

/** ms between two looks at memory and at the chat. */
const PACE = 50;

export const recordingHour: Bench = {
  name: 'recording-hour',
  async run() {
    const folder = makeFolder();
    const dataDir = join(folder, 'data');
    const { pair, call } = await makeCallers(dataDir);
    const server = await startServer(dataDir);
    try {
      const hour = makeHour(folder);
      const copy = bareCopy(hour);
      const page = `/chats/${pair.chat}`;
      const visitor = await visit(server.port, pair.cookies[0], page);
      const request = getRequest(visitor, page);
      const ask = async () => {
        // A new one each time: the server ends those that are silent for long.
        const connection = await openConnection(server.port);
        const start = performance.now();
        await askOnce(connection, request);
        connection.close();
        return performance.now() - start;
      };
      const quiet: number[] = [];
      for (let i = 0; i < 100; i++) quiet.push(await ask());
      const idle = residentBytes(server.pid);
      const { id, chunk } = await sendRecording(server, visitor, call, hour);
      const before = residentBytes(server.pid);
      const start = performance.now();
      const path = join(dataDir, 'recordings', id);
      const busy: number[] = [];
      let [own, others] = [before, 0];
      while (isFinishing(dataDir, id)) {
        busy.push(await ask());
        own = Math.max(own, residentBytes(server.pid));
        others = Math.max(others, sumOver(descendants(server.pid), residentBytes));
        await pause(PACE);
      }
      const finishing = performance.now() - start;
      const size = megabytes(statSync(path).size);
      return [
        {
          what: `finishing an hour's recording (${size})`,
          budget: '',
          measured: `${digits(finishing / 1000)} s`,
          absolute: `${digits(finishing / copy)} × a bare copy (${milliseconds(copy)}); ${milliseconds(chunk)} a chunk before`,
          met: undefined,
        },
        {
          what: 'memory meanwhile',
          budget: '',
          measured: `server ${megabytes(own - before)} more`,
          absolute: `server ${megabytes(idle)} idle, ${megabytes(before)} when all was sent at once, ${megabytes(own)} at most; worker ${megabytes(others)}, which ends`,
          met: undefined,
        },
        {
          ...ratioFigure(
            'a chat page meanwhile, against before',
            { most: Number.NaN },
            median(busy) / median(quiet),
            `${milliseconds(median(busy))} against ${milliseconds(median(quiet))}, the longest ${milliseconds(Math.max(...busy))}`,
          ),
          budget: '',
          met: undefined,
        },
      ];
    } finally {
      await server.stop();
      removeFolder(folder);
    }
  },
};
