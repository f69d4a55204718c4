/** A call page without a browser: its signalling socket, in words of the protocol. */
import * as v from 'valibot';
import type { ClientMessage } from '../../src/protocol/client.ts';
import type { Media } from '../../src/protocol/common.ts';
import { ServerMessage } from '../../src/protocol/server.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { type House, openSocket, type Person } from './house.ts';
import { eventually } from './poll.ts';

type Heard<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;

export type Phone = {
  device: string;
  say(message: ClientMessage): void;
  /** Sends as it is, for what no page would say. */
  sayRaw(data: string | Buffer): void;
  /** The next message of this type that was not awaited before. */
  hears<Type extends ServerMessage['type']>(type: Type): Promise<Heard<Type>>;
  /** Everything that is on its way is there when this resolves; the answer is all that was heard since the last time. */
  settled(): Promise<ServerMessage[]>;
  /** Rings, and waits until the server says so. */
  rings(chat: number, media?: Media, key?: string): Promise<{ call: string; member: string; key: string }>;
  /** The socket breaks. */
  drop(): Promise<void>;
  /** Closes the socket as a browser does that leaves the page. */
  goAway(): Promise<void>;
  closed: Promise<number>;
};

export const OFFER = { type: 'offer' as const, sdp: 'v=0 offer' };
export const ANSWER = { type: 'answer' as const, sdp: 'v=0 answer' };
export const candidate = (name: string) => ({
  candidate: `candidate:${name}`,
  sdpMid: '0',
  sdpMLineIndex: 0,
});

let count = 0;
/** An id that no other phone or ring of this run has. */
export const unique = (name: string): string => `${name}-${String(++count).padStart(8, '0')}`;

/** Opens a call page's socket and says hello. */
export async function openPhone(house: House, person: Person, device = unique('device')): Promise<Phone> {
  const { socket, received, until, closed } = await openSocket(house, '/calls/socket', {
    cookie: person.cookie,
  });
  const read = (text: string) => v.parse(ServerMessage, JSON.parse(text));
  const taken = new Set<number>();
  let seen = 0;
  async function end(close: () => void) {
    const { clients } = house.app.websocketServer;
    const before = clients.size;
    close();
    await eventually('the server to notice', () => clients.size < before);
  }
  const phone: Phone = {
    device,
    closed,
    say: (message) => socket.send(JSON.stringify(message)),
    sayRaw: (data) => socket.send(data),
    async hears(type) {
      const isNext = (message: ServerMessage): message is Heard<typeof type> => message.type === type;
      for (let at = 0; ; at += 1) {
        // Waits for one message after another, and passes over those that were awaited before.
        const message = read(await until(() => true, at));
        if (!isNext(message) || taken.has(at)) continue;
        taken.add(at);
        return message;
      }
    },
    async settled() {
      phone.say({ type: 'ping' });
      await phone.hears('pong');
      const heard = received.slice(seen).map(read);
      seen = received.length;
      return heard.filter(({ type }) => type !== 'pong' && type !== 'welcome');
    },
    async rings(chat, media = 'video', key = unique('ring')) {
      phone.say({ type: 'ring', key, chat, media, offer: OFFER });
      const { call, member } = await phone.hears('ringing');
      return { call, member, key };
    },
    drop: () => end(() => socket.terminate()),
    goAway: () => end(() => socket.close(1001)),
  };
  phone.say({ type: 'hello', version: PROTOCOL_VERSION, device });
  await phone.hears('welcome');
  return phone;
}
