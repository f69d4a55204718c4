/**
 * How long one send takes to reach open pages: from the first byte of the POST until the last page has its
 * frame. Beside it, in turn, a bare `ws` server that commits one row and sends as many bytes to as many.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { openLive, sendRequest, type Visitor, visit } from './browserlike.ts';
import { addGroup, makeFamily, TEXT } from './family.ts';
import { interleave, median } from './figures.ts';
import { askOnce, type Connection, openConnection } from './keep-alive.ts';
import { makeFolder, type Running, removeFolder, startBare, startServer } from './programs.ts';

const MESSAGES = 40;
/** Nobody may have more than twenty pages open in one browser, so many pages need many people. */
const PAGES_EACH = 10;

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

/** A chat, and what the browsers of its people send. */
type Room = { chat: number; cookies: string[] };

/** Two people with a chat, or a group of as many as it takes to have so many pages open. */
async function makeRoom(folder: string, pages: number): Promise<Room> {
  const { pairs } = await makeFamily(folder, Math.ceil(Math.max(2, pages / PAGES_EACH) / 2), MESSAGES);
  const [pair] = pairs;
  if (!pair) throw new Error('the family is empty');
  const chat = pairs.length === 1 ? pair.chat : addGroup(folder, pairs, MESSAGES);
  return { chat, cookies: pairs.flatMap(({ cookies }) => cookies) };
}

/**
 * @param audience who has pages open, in turn: the sender as well, or only others
 * @param count of open pages
 */
export async function compareDelivery(
  audience: 'everybody' | 'others',
  count: number,
  rounds: number,
): Promise<Delivery> {
  const folder = makeFolder();
  const { chat, cookies } = await makeRoom(folder, count);
  const server = await startServer(folder);
  const bare = await startBare('sockets.ts', join(folder, 'bare.db'));
  const pages: WebSocket[] = [];
  let bareSockets: WebSocket[] = [];
  try {
    const sender = await visit(server.port, cookies[0] ?? '', `/chats/${chat}`);
    const readers = audience === 'everybody' ? cookies : cookies.slice(1);
    for (let i = 0; i < count; i++)
      pages.push(await openLive(server.port, readers[i % readers.length] ?? '', chat, MESSAGES));
    bareSockets = await openBare(bare, count);
    const refused = pages.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
    if (refused > 0) throw new Error(`${refused} pages were refused`);
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
