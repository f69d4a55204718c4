/** A page's live socket without the page, for what only the socket shows: when it is closed, and how. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Client } from './client.ts';

export interface LiveSocket {
  /** The code the server closed it with, or undefined while it is open. */
  closeCode(): number | undefined;
  close(): void;
}

/** Opens `/live` with the client's session, as a page of this server. */
export const openLive = async (client: Client): Promise<LiveSocket> => {
  const cookie = [...client.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const socket = new WebSocket(`${client.origin.replace('http', 'ws')}/live`, {
    headers: { cookie, origin: client.origin },
  });
  let closeCode: number | undefined;
  socket.once('close', (code) => {
    closeCode = code;
  });
  await once(socket, 'open');
  return { closeCode: () => closeCode, close: () => socket.terminate() };
};
