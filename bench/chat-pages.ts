/** Chat pages a second of one server process, against Fastify that answers "hello". */
import { getRequest, visit } from './support/browserlike.ts';
import { makeFamily } from './support/family.ts';
import { type Bench, digits, type Figure, interleave, median, ratioFigure } from './support/figures.ts';
import { type LoadResult, putLoad } from './support/load.ts';
import { makeFolder, type Running, removeFolder, startBare, startServer } from './support/programs.ts';
import { processorSeconds } from './support/usage.ts';

const CLIENTS = 16;
const MESSAGES = 40;
const ROUNDS = 5;
const WARM_UP_MS = 1500;
const ROUND_MS = 1500;

type Measured = LoadResult & { cpuMs: number };

/** Puts load on a server and adds what one answer cost it in processor time. */
async function loadOn(server: Running, requests: string[], ms: number): Promise<Measured> {
  const before = processorSeconds(server.pid);
  const result = await putLoad({ port: server.port, requests, ms });
  const used = processorSeconds(server.pid) - before;
  return { ...result, cpuMs: (used * 1000) / ((result.rate * ms) / 1000) };
}

async function measure(server: Running, hello: Running, family: Awaited<ReturnType<typeof makeFamily>>) {
  const clients = family.pairs.flatMap(({ chat, cookies }) => cookies.map((cookie) => ({ chat, cookie })));
  const visitors = await Promise.all(
    clients.map(async ({ chat, cookie }) => ({
      chat,
      visitor: await visit(server.port, cookie, `/chats/${chat}`),
    })),
  );
  const pages = (more: string) =>
    visitors.map(({ chat, visitor }) => getRequest(visitor, `/chats/${chat}`, more));
  const plain = pages('');
  const gzip = pages('Accept-Encoding: gzip\r\n');
  const bare = visitors.map(({ visitor }) => getRequest(visitor, '/'));
  for (const requests of [plain, gzip]) await loadOn(server, requests, WARM_UP_MS);
  await loadOn(hello, bare, WARM_UP_MS);
  return interleave(ROUNDS, {
    plain: () => loadOn(server, plain, ROUND_MS),
    hello: () => loadOn(hello, bare, ROUND_MS),
    gzip: () => loadOn(server, gzip, ROUND_MS),
  });
}

export const chatPages: Bench = {
  name: 'chat-pages',
  async run(): Promise<Figure[]> {
    const folder = makeFolder();
    const family = await makeFamily(folder, CLIENTS / 2, MESSAGES);
    const server = await startServer(folder);
    const hello = await startBare('hello.js');
    try {
      const results = await measure(server, hello, family);
      const of = (name: string, field: 'rate' | 'cpuMs' | 'bytes') =>
        median((results.get(name) ?? []).map((result) => result[field]));
      const figure = (what: string, name: string) =>
        ratioFigure(
          what,
          { least: 0.08 },
          of(name, 'rate') / of('hello', 'rate'),
          `${digits(of(name, 'rate'))} against ${digits(of('hello', 'rate'))} a second; ` +
            `${digits(of(name, 'cpuMs'))} against ${digits(of('hello', 'cpuMs'))} ms of processor each; ` +
            `${digits(of(name, 'bytes') / 1000)} KB`,
        );
      return [
        figure(`chat page of ${MESSAGES} messages, ${CLIENTS} clients, one process`, 'plain'),
        figure('the same, compressed as browsers ask', 'gzip'),
      ];
    } finally {
      await Promise.all([server.stop(), hello.stop()]);
      removeFolder(folder);
    }
  },
};
