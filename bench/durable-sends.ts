/** Messages a second that are on disk when they are answered, against bare commits on the same disk. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sendRequest, visit } from './support/browserlike.ts';
import { makeFamily, TEXT } from './support/family.ts';
import { type Bench, digits, type Figure, interleave, median, ratioFigure } from './support/figures.ts';
import { putLoad } from './support/load.ts';
import { makeFolder, ROOT, removeFolder, startServer } from './support/programs.ts';

const CLIENTS = 32;
const ROUNDS = 7;
const WARM_UP_MS = 2000;
const ROUND_MS = 1500;

async function bareRate(path: string): Promise<number> {
  const script = join(ROOT, 'bench/bare/commits.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, path, String(ROUND_MS)], {
    timeout: ROUND_MS + 15_000,
  });
  return Number(stdout);
}

export const durableSends: Bench = {
  name: 'durable-sends',
  async run(): Promise<Figure[]> {
    const folder = makeFolder();
    const family = await makeFamily(folder, CLIENTS / 2, 40);
    const server = await startServer(folder);
    try {
      const requests = await Promise.all(
        family.pairs.flatMap(({ chat, cookies }) =>
          cookies.map(async (cookie) =>
            sendRequest(await visit(server.port, cookie, `/chats/${chat}`), chat, TEXT),
          ),
        ),
      );
      const send = async (ms: number) => (await putLoad({ port: server.port, requests, ms })).rate;
      await send(WARM_UP_MS);
      const rates = await interleave(ROUNDS, {
        sends: () => send(ROUND_MS),
        commits: () => bareRate(join(folder, 'bare.db')),
      });
      const [sends, commits] = [median(rates.get('sends') ?? []), median(rates.get('commits') ?? [])];
      return [
        ratioFigure(
          `durable sends, ${CLIENTS} clients, one process`,
          { least: 0.5 },
          sends / commits,
          `${digits(sends)} sends against ${digits(commits)} commits a second`,
        ),
      ];
    } finally {
      await server.stop();
      removeFolder(folder);
    }
  },
};
