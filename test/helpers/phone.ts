/** A call page without a browser: its signalling socket, in words of the protocol. */
import * as v from 'valibot';
import type { ClientMessage } from '../../src/protocol/client.ts';
import type { Media } from '../../src/protocol/common.ts';
import { type FirstClientMessage, FirstServerMessage } from '../../src/protocol/first-version.ts';
import { ServerMessage } from '../../src/protocol/server.ts';
import { type House, openSocket, type Person } from './house.ts';
import { eventually } from './poll.ts';

type Typed = { type: string };
type Heard<Message extends Typed, Type extends Message['type']> = Extract<Message, { type: Type }>;

/** The socket of a page, in one version of the protocol. */
type Line<Said extends Typed, Message extends Typed> = {
  device: string;
  say(message: Said): void;
  /** Sends as it is, for what no page would say. */
  sayRaw(data: string | Buffer): void;
  /** The next message of this type that was not awaited before. */
  hears<Type extends Message['type']>(type: Type): Promise<Heard<Message, Type>>;
  /** Everything that is on its way is there when this resolves; the answer is all that was heard since the last time. */
  settled(): Promise<Message[]>;
  /** The socket breaks. */
  drop(): Promise<void>;
  /** Closes the socket as a browser does that leaves the page. */
  goAway(): Promise<void>;
  closed: Promise<number>;
};

/** A page of today. */
export type Phone = Line<ClientMessage, ServerMessage>;

/** A page that was open through an update, and speaks version 1. */
export type OldPhone = Line<FirstClientMessage, FirstServerMessage> & {
  /** Rings, and waits until the server says so. */
  rings(chat: number, media?: Media, key?: string): Promise<{ call: string; member: string; key: string }>;
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

/** @param read takes what the server has sent for what it is */
async function openLine<Said extends Typed, Message extends Typed>(
  house: House,
  person: Person,
  device: string,
  read: (text: string) => Message,
): Promise<Line<Said, Message>> {
  const { socket, received, until, closed } = await openSocket(house, '/calls/socket', {
    cookie: person.cookie,
  });
  const taken = new Set<number>();
  let seen = 0;
  const say = (message: Typed) => socket.send(JSON.stringify(message));
  async function end(close: () => void) {
    const { clients } = house.app.websocketServer;
    const before = clients.size;
    close();
    await eventually('the server to notice', () => clients.size < before);
  }
  async function hears<Type extends Message['type']>(type: Type): Promise<Heard<Message, Type>> {
    const isNext = (message: Message): message is Heard<Message, Type> => message.type === type;
    for (let at = 0; ; at += 1) {
      // Waits for one message after another, and passes over those that were awaited before.
      const message = read(await until(() => true, at));
      if (!isNext(message) || taken.has(at)) continue;
      taken.add(at);
      return message;
    }
  }
  return {
    device,
    closed,
    say,
    sayRaw: (data) => socket.send(data),
    hears,
    async settled() {
      say({ type: 'ping' });
      await hears('pong');
      const heard = received.slice(seen).map(read);
      seen = received.length;
      return heard.filter(({ type }) => type !== 'pong' && type !== 'welcome');
    },
    drop: () => end(() => socket.terminate()),
    goAway: () => end(() => socket.close(1001)),
  };
}

/** Opens a call page's socket and says hello. */
export async function openPhone(house: House, person: Person, device = unique('device')): Promise<Phone> {
  const read = (text: string) => v.parse(ServerMessage, JSON.parse(text));
  const phone: Phone = await openLine(house, person, device, read);
  phone.say({ type: 'hello', versions: [2], device });
  await phone.hears('welcome');
  return phone;
}

/** The same in version 1. */
export async function openOldPhone(
  house: House,
  person: Person,
  device = unique('device'),
): Promise<OldPhone> {
  const read = (text: string) => v.parse(FirstServerMessage, JSON.parse(text));
  const line = await openLine<FirstClientMessage, FirstServerMessage>(house, person, device, read);
  line.say({ type: 'hello', version: 1, device });
  await line.hears('welcome');
  return {
    ...line,
    async rings(chat, media = 'video', key = unique('ring')) {
      line.say({ type: 'ring', key, chat, media, offer: OFFER });
      const { call, member } = await line.hears('ringing');
      return { call, member, key };
    },
  };
}
