/** A call page without a page, on a server of its own process: it rings, and hears what becomes of it. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import * as v from 'valibot';
import { WebSocket } from 'ws';
import { FIRST_VERSION } from '../../src/protocol/first-version.ts';
import type { Client } from './client.ts';
import { eventually } from './poll.ts';

const Message = v.looseObject({ type: v.string() });

export interface CallingSocket {
  /** Rings the other person of a chat, `/chats/<id>`. */
  ring(chat: string): void;
  /** Waits until the server has said something of this type, and returns it. */
  hears(type: string): Promise<v.InferOutput<typeof Message>>;
  /** Ends what rings, and waits until it has ended; a closed socket alone is waited for. */
  hangUp(): Promise<void>;
  close(): void;
}

export const openCallingSocket = async (client: Client): Promise<CallingSocket> => {
  const cookie = [...client.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const socket = new WebSocket(`${client.origin.replace('http', 'ws')}/calls/socket`, {
    headers: { cookie, origin: client.origin },
  });
  const heard: v.InferOutput<typeof Message>[] = [];
  socket.on('message', (data) => heard.push(v.parse(Message, JSON.parse(String(data)))));
  await once(socket, 'open');
  const say = (message: object) => socket.send(JSON.stringify(message));
  const hears = (type: string) =>
    eventually(
      `the server to say "${type}"`,
      () => heard.find((message) => message.type === type),
      undefined,
      () => JSON.stringify(heard),
    );
  say({ type: 'hello', version: FIRST_VERSION, device: randomUUID() });
  await hears('welcome');
  return {
    hears,
    ring: (chat) =>
      say({
        type: 'ring',
        key: randomUUID(),
        chat: Number(chat.split('/').at(-1)),
        media: 'video',
        offer: { type: 'offer', sdp: 'v=0' },
      }),
    async hangUp() {
      const { call } = await hears('ringing');
      say({ type: 'hang-up', call });
      await hears('ended');
    },
    close: () => socket.terminate(),
  };
};
