/** From starting the server's process to its first page, beside a bare Fastify in plain JavaScript. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { nodeArguments } from '../test/helpers/npm-scripts.ts';
import { pause } from '../test/helpers/poll.ts';
import { makeFamily } from './support/family.ts';
import { type Bench, interleave, median, milliseconds, ratioFigure } from './support/figures.ts';
import { askOnce, openConnection } from './support/keep-alive.ts';
import {
  environmentWith,
  makeFolder,
  READY,
  ROOT,
  removeFolder,
  serverSettings,
  startServer,
} from './support/programs.ts';

const ROUNDS = 11;

/** ms until a program has answered a request that goes out as soon as it says that it listens. */
async function timeToAnswer(args: string[], settings: Record<string, string>, path: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: environmentWith(settings),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const port = await new Promise<number>((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
        const found = READY.exec(output)?.[1];
        if (found) resolve(Number(found));
      });
      child.once('exit', () => reject(new Error(`It ended at once:\n${output}`)));
    });
    const connection = await openConnection(port);
    const { status } = await askOnce(connection, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    const took = performance.now() - startedAt;
    connection.close();
    if (status !== 200) throw new Error(`${path} answered ${status}`);
    return took;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

export const boot: Bench = {
  name: 'boot',
  async run() {
    const folder = makeFolder();
    try {
      // An ordinary start: the database is there and up to date, and so is what V8 has kept of the start before.
      await makeFamily(folder, 1, 40);
      const before = await startServer(folder);
      await pause(2000);
      await before.stop();
      const results = await interleave(ROUNDS, {
        server: () => timeToAnswer(nodeArguments('start'), serverSettings(folder), '/login'),
        hello: () => timeToAnswer(['bench/bare/hello.js'], {}, '/'),
      });
      const [server, hello] = ['server', 'hello'].map((name) => median(results.get(name) ?? []));
      if (server === undefined || hello === undefined) throw new Error('nothing was measured');
      const absolute = `${milliseconds(server)} to the sign-in page against ${milliseconds(hello)}`;
      return [ratioFigure('boot to first answer', { most: 1.5 }, server / hello, absolute)];
    } finally {
      removeFolder(folder);
    }
  },
};
