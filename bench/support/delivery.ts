/**
 * How long one send takes to reach open pages: from the first byte of the POST until the last page has its
 * frame. Beside it, in turn, a bare `ws` server that commits one row and sends as many bytes to as many.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { openLive, sendRequest, type Visitor, visit } from './browserlike.ts';
import { makeFamily, TEXT } from './family.ts';
import { interleave, median } from './figures.ts';
import { askOnce, type Connection, openConnection } from './keep-alive.ts';
import { makeFolder, type Running, removeFolder, startBare, startServer } from './programs.ts';

const MESSAGES = 40;

/** Medians in ms; `bytes` of the frame. */
export type Delivery = { server: number; bare: number; bytes: number };

/** Resolves when each socket has had a frame that holds `mark`. */
function shownByAll(sockets: WebSocket[], mark: string): Promise<{ at: number; bytes: number }> {
  return new Promise((resolve) => {
    let missing = sockets.length;
    for (const socket of sockets) {
      const look = (data: Buffer) => {
        if (!data.includes(mark)) return;
        socket.off('message', look);
        if (--missing === 0) resolve({ at: performance.now(), bytes: data.length });
      };
      socket.on('message', look);
    }
  });
}

/** A message by `sender`, timed; the pages are open already. */
async function timeSend(poster: Connection, sender: Visitor, chat: number, pages: WebSocket[]) {
  const mark = randomBytes(16).toString('hex');
  const request = Buffer.from(sendRequest(sender, chat, `${mark} ${TEXT}`, mark));
  const shown = shownByAll(pages, mark);
  const start = performance.now();
  const answer = askOnce(poster, request);
  const { at, bytes } = await shown;
  const { status } = await answer;
  if (status !== 200) throw new Error(`a message was answered ${status}`);
  return { ms: at - start, bytes };
}

/** The same for the bare server, whose clients send by the socket itself. */
async function timeBare(pages: WebSocket[], bytes: number): Promise<number> {
  const mark = randomBytes(16).toString('hex');
  const payload = mark.padEnd(bytes, '.');
  const shown = shownByAll(pages, mark);
  const start = performance.now();
  pages[0]?.send(payload);
  return (await shown).at - start;
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

/**
 * @param audience who has pages open, in turn: 'other' is never the sender
 * @param count of open pages
 */
export async function compareDelivery(
  audience: 'both' | 'other',
  count: number,
  rounds: number,
): Promise<Delivery> {
  const folder = makeFolder();
  const family = await makeFamily(folder, 1, MESSAGES);
  const server = await startServer(folder);
  const bare = await startBare('sockets.ts', join(folder, 'bare.db'));
  const pages: WebSocket[] = [];
  let bareSockets: WebSocket[] = [];
  try {
    const [pair] = family.pairs;
    if (!pair) throw new Error('the family is empty');
    const { chat, cookies } = pair;
    const sender = await visit(server.port, cookies[0], `/chats/${chat}`);
    for (let i = 0; i < count; i++) {
      const cookie = audience === 'both' && i % 2 === 0 ? cookies[0] : cookies[1];
      pages.push(await openLive(server.port, cookie, chat, MESSAGES));
    }
    bareSockets = await openBare(bare, count);
    const poster = await openConnection(server.port);
    let bytes = 0;
    const subjects = {
      server: async () => {
        const sent = await timeSend(poster, sender, chat, pages);
        bytes = sent.bytes;
        return sent.ms;
      },
      bare: () => timeBare(bareSockets, bytes),
    };
    await interleave(Math.ceil(rounds / 3), subjects);
    const times = await interleave(rounds, subjects);
    poster.close();
    return { server: median(times.get('server') ?? []), bare: median(times.get('bare') ?? []), bytes };
  } finally {
    for (const socket of [...pages, ...bareSockets]) socket.terminate();
    await Promise.all([server.stop(), bare.stop()]);
    removeFolder(folder);
  }
}
