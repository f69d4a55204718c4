/** Resident memory of the server: idle, and with 500 further pages open, beside a bare `hello` and a bare `ws` server. */
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { QUIET } from '../src/server/process/idle-collection.ts';
import { eventually, pause } from '../test/helpers/poll.ts';
import { getRequest, openLive, type Visitor, visit } from './support/browserlike.ts';
import { makeFamily, type Pair } from './support/family.ts';
import { type Bench, digits, type Figure, kilobytes, median } from './support/figures.ts';
import { askOnce, openConnection } from './support/keep-alive.ts';
import { makeFolder, type Running, removeFolder, startBare, startServer } from './support/programs.ts';
import { residentBytes } from './support/usage.ts';

const PAGES = 500;
/** Nobody has more than twenty pages open in one browser, so that many people are needed. */
const PAIRS = 20;
/** Opened and closed first: what they take is the program's, not theirs. After fewer V8 hasn't optimised what renders them. */
const FIRST_PAGES = 200;
const MESSAGES = 40;
const ROUNDS = 3;

/** Resident bytes once they have stood still for a second, or after ten. */
async function settledBytes({ pid }: Running): Promise<number> {
  let last = residentBytes(pid);
  let still = 0;
  for (let i = 0; i < 100 && still < 10; i++) {
    await pause(100);
    const now = residentBytes(pid);
    still = Math.abs(now - last) < 100_000 ? still + 1 : 0;
    last = now;
  }
  return last;
}

/** Somebody with a page open, in their chat. */
type Reader = Visitor & { chat: number };

async function readersAt(server: Running, pairs: Pair[]): Promise<Reader[]> {
  const pages = pairs.flatMap(({ cookies, chat }) => cookies.map((cookie) => ({ cookie, chat })));
  return Promise.all(
    pages.map(async ({ cookie, chat }) => ({
      ...(await visit(server.port, cookie, `/chats/${chat}`)),
      chat,
    })),
  );
}

/** Opens pages as a browser does: the HTML, then its live socket. */
async function openPages(server: Running, readers: Reader[], count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let i = 0; i < count; i++) {
    const reader = readers[i % readers.length];
    if (!reader) throw new Error('nobody reads');
    const connection = await openConnection(server.port);
    await askOnce(connection, getRequest(reader, `/chats/${reader.chat}`, 'Accept-Encoding: gzip\r\n'));
    connection.close();
    sockets.push(await openLive(server.port, reader.cookie, reader.chat, MESSAGES));
  }
  return sockets;
}

async function closeAll(sockets: WebSocket[]): Promise<void> {
  for (const socket of sockets) socket.terminate();
  await eventually('the sockets to be closed', () =>
    sockets.every((socket) => socket.readyState === socket.CLOSED),
  );
}

/** Opens pages of a program that collects its garbage so many ms after the last of them. */
type Opening = { open: (server: Running, count: number) => Promise<WebSocket[]>; rests: number };

/**
 * Resident bytes after the start, what each of so many pages adds, and all with them open. In one process this can be asked
 * once: V8 keeps what it has grown to, so the same pages, closed and opened again, would seem to take nothing.
 */
async function weigh(server: Running, { open, rests }: Opening) {
  const atRest = async () => {
    await pause(rests);
    return settledBytes(server);
  };
  const idle = await settledBytes(server);
  await closeAll(await open(server, FIRST_PAGES));
  const before = await atRest();
  const sockets = await open(server, PAGES);
  const total = await atRest();
  const refused = sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
  if (refused > 0) throw new Error(`${refused} pages were refused`);
  await closeAll(sockets);
  return { idle, each: (total - before) / PAGES, total };
}

async function openBare(bare: Running, count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = new WebSocket(`ws://127.0.0.1:${bare.port}/`, { perMessageDeflate: false });
    await once(socket, 'open');
    sockets.push(socket);
  }
  return sockets;
}

const figure = (what: string, most: number, bytes: number, absolute: string): Figure => ({
  what,
  budget: `≤ ${kilobytes(most)}`,
  measured: kilobytes(bytes),
  absolute,
  met: bytes <= most,
});

/** The same of a new process each round. */
async function weighEach(start: () => Promise<Running>, opening: Opening) {
  const rounds: Awaited<ReturnType<typeof weigh>>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const server = await start();
    try {
      rounds.push(await weigh(server, opening));
    } finally {
      await server.stop();
    }
  }
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of));
  return {
    idle: middle(({ idle }) => idle),
    each: middle(({ each }) => each),
    total: middle(({ total }) => total),
  };
}

export const memory: Bench = {
  name: 'memory',
  async run() {
    const folder = makeFolder();
    try {
      const { pairs } = await makeFamily(folder, PAIRS, MESSAGES);
      const hello = await weighEach(() => startBare('hello.js'), { open: async () => [], rests: 0 });
      const bare = await weighEach(() => startBare('sockets.ts', join(folder, 'bare.db')), {
        open: openBare,
        rests: 0,
      });
      const ours = await weighEach(() => startServer(folder), {
        open: async (server, count) => openPages(server, await readersAt(server, pairs), count),
        rests: QUIET,
      });
      return [
        figure(
          'server, idle',
          90_000_000,
          ours.idle,
          `${digits(ours.idle / hello.idle)} × a bare Fastify (${kilobytes(hello.idle)})`,
        ),
        figure(
          `each further open page, of ${PAGES}`,
          40_000,
          ours.each,
          `a bare \`ws\` socket: ${kilobytes(bare.each)}; in all ${kilobytes(ours.total)} with them open`,
        ),
      ];
    } finally {
      removeFolder(folder);
    }
  },
};
