/** Resident memory of the server: idle, and with 500 further pages open, beside a bare `hello` and a bare `ws` server. */
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { eventually, pause } from '../test/helpers/poll.ts';
import { getRequest, openLive, type Visitor, visit } from './support/browserlike.ts';
import { makeFamily, type Pair } from './support/family.ts';
import { type Bench, digits, type Figure, kilobytes, median } from './support/figures.ts';
import { askOnce, openConnection } from './support/keep-alive.ts';
import { makeFolder, type Running, removeFolder, startBare, startServer } from './support/programs.ts';
import { residentBytes } from './support/usage.ts';

const PAGES = 500;
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

/** Opens pages as a browser does: the HTML, then its live socket. */
async function openPages(
  server: Running,
  pair: Pair,
  visitors: Visitor[],
  count: number,
): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let i = 0; i < count; i++) {
    const visitor = visitors[i % visitors.length];
    if (!visitor) break;
    const connection = await openConnection(server.port);
    await askOnce(connection, getRequest(visitor, `/chats/${pair.chat}`, 'Accept-Encoding: gzip\r\n'));
    connection.close();
    sockets.push(await openLive(server.port, visitor.cookie, pair.chat, MESSAGES));
  }
  return sockets;
}

async function closeAll(sockets: WebSocket[]): Promise<void> {
  for (const socket of sockets) socket.terminate();
  await eventually('the sockets to be closed', () =>
    sockets.every((socket) => socket.readyState === socket.CLOSED),
  );
}

/** Bytes a further page takes, and all that is resident with so many open; V8 grows as it likes, so medians of some rounds. */
async function withPages(server: Running, open: (count: number) => Promise<WebSocket[]>) {
  // As many are opened and closed first: what the first ones take is the program's, not the page's.
  await closeAll(await open(PAGES));
  const [added, totals]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await settledBytes(server);
    const sockets = await open(PAGES);
    const after = await settledBytes(server);
    added.push(after - before);
    totals.push(after);
    await closeAll(sockets);
  }
  return { each: median(added) / PAGES, total: median(totals) };
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

export const memory: Bench = {
  name: 'memory',
  async run() {
    const folder = makeFolder();
    const { pairs } = await makeFamily(folder, 1, MESSAGES);
    const [server, hello, bare] = [
      await startServer(folder),
      await startBare('hello.js'),
      await startBare('sockets.ts', join(folder, 'bare.db')),
    ];
    try {
      const [pair] = pairs;
      if (!pair) throw new Error('the family is empty');
      const idle = await settledBytes(server);
      const idleHello = await settledBytes(hello);
      const visitors = await Promise.all(
        pair.cookies.map((cookie) => visit(server.port, cookie, `/chats/${pair.chat}`)),
      );
      const pages = await withPages(server, (count) => openPages(server, pair, visitors, count));
      const sockets = await withPages(bare, (count) => openBare(bare, count));
      return [
        figure(
          'server, idle',
          90_000_000,
          idle,
          `${digits(idle / idleHello)} × a bare Fastify (${kilobytes(idleHello)})`,
        ),
        figure(
          `each further open page, of ${PAGES}`,
          40_000,
          pages.each,
          `a bare \`ws\` socket: ${kilobytes(sockets.each)}; in all ${kilobytes(pages.total)} with them open`,
        ),
      ];
    } finally {
      await Promise.all([server.stop(), hello.stop(), bare.stop()]);
      removeFolder(folder);
    }
  },
};
