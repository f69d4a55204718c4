/** Opening a chat with a million messages, against opening one with a hundred, on the same server. */
import { getRequest, visit } from './support/browserlike.ts';
import { type Bench, interleave, median, milliseconds, ratioFigure } from './support/figures.ts';
import { askOnce, openConnection } from './support/keep-alive.ts';
import { FEW, MANY, millionFamily } from './support/million.ts';
import { startServer } from './support/programs.ts';

const WARM_UP = 100;
const OPENINGS = 500;

export const chatHistory: Bench = {
  name: 'chat-history',
  async run() {
    const { dataDir, pairs } = await millionFamily();
    const server = await startServer(dataDir);
    const connection = await openConnection(server.port);
    try {
      const [few, many] = await Promise.all(
        pairs.map(async ({ chat, cookies: [cookie] }) => {
          const path = `/chats/${chat}`;
          const request = Buffer.from(getRequest(await visit(server.port, cookie, path), path));
          return async () => {
            const start = performance.now();
            const { status } = await askOnce(connection, request);
            if (status !== 200) throw new Error(`${path} answered ${status}`);
            return performance.now() - start;
          };
        }),
      );
      if (!few || !many) throw new Error('the family is too small');
      await interleave(WARM_UP, { few, many });
      const times = await interleave(OPENINGS, { few, many });
      const [short, long] = [median(times.get('few') ?? []), median(times.get('many') ?? [])];
      const absolute = `${milliseconds(long)} against ${milliseconds(short)}`;
      const what = `opening a chat with ${MANY.toLocaleString('en')} messages, against ${FEW}`;
      return [ratioFigure(what, { most: 1.2 }, long / short, absolute)];
    } finally {
      connection.close();
      await server.stop();
    }
  },
};
