/**
 * A client of STUN (RFC 8489) and TURN (RFC 8656), as much of it as finds out whether a server does what browsers will ask of
 * it. What it answers is only looked at, so its integrity isn't checked.
 */
import { createHash } from 'node:crypto';
import { failure, type Line, openLine, type StunServer } from './stun-line.ts';
import {
  ATTRIBUTE,
  CLASS,
  decode,
  type Endpoint,
  encode,
  errorIn,
  METHOD,
  type Message,
  mappedIn,
  newTransaction,
  relayedIn,
  xorAddress,
} from './stun-message.ts';

export type Credentials = { username: string; credential: string };

/** ms an answer may take, and after which a question is repeated, as packets get lost. */
const PATIENCE = 4_000;
const REPEAT = 500;

/** IANA's number of what is to be relayed. */
const UDP = 17;

/** Of a message whose transaction is this: addresses are mixed with it. */
type Attributes = (transaction: Buffer) => [number, Buffer][];

const NONE: Attributes = () => [];

/** Asks questions over one line, and hears what comes besides. */
async function openClient(server: StunServer, hear: (message: Message) => void) {
  const waiting = new Map<string, { answer(message: Message): void; fail(error: Error): void }>();
  const opened = await openLine(server, {
    message(bytes) {
      const message = decode(bytes);
      if (!message) return;
      const asked = waiting.get(message.transaction.toString('hex'));
      if (asked) asked.answer(message);
      else hear(message);
    },
    failed(error) {
      for (const { fail } of waiting.values()) fail(error);
    },
  });
  let line: Line | undefined = opened;

  return {
    distrust: opened.distrust,

    /** @throws as `allocate` does */
    ask: (method: number, attributes: Attributes, key?: Buffer): Promise<Message> =>
      new Promise((resolve, reject) => {
        const transaction = newTransaction();
        const id = transaction.toString('hex');
        const bytes = encode(method | CLASS.request, transaction, attributes(transaction), key);
        const isLossy = server.transport === 'udp';
        const repeat = isLossy ? setInterval(() => line?.send(bytes), REPEAT) : undefined;
        const settle = () => {
          clearInterval(repeat);
          clearTimeout(tired);
          waiting.delete(id);
        };
        const fail = (error: Error) => {
          settle();
          reject(error);
        };
        const tired = setTimeout(() => fail(failure('ETIMEDOUT', 'no answer')), PATIENCE);
        const answer = (message: Message) => {
          settle();
          resolve(message);
        };
        waiting.set(id, { answer, fail });
        line?.send(bytes);
      }),

    /** Says what has no answer. */
    tell(method: number, attributes: Attributes): void {
      const transaction = newTransaction();
      line?.send(encode(method | CLASS.indication, transaction, attributes(transaction)));
    },

    /** @param last as in stun-line.ts */
    close(last?: Buffer): void {
      line?.close(last);
      line = undefined;
    },
  };
}

/** Something relayed for a client, or the code of the error with which that was refused. */
export type Allocation = {
  /** 0 for success (RFC 8489 §14.8, RFC 8656 §19). */
  code: number;
  /** It was given without credentials, as it is to anybody then. */
  isOpen: boolean;
  /** As in stun-line.ts. */
  distrust: string | undefined;
  /** Where it is at the relay; undefined where it was refused. */
  relayed: Endpoint | undefined;
  /** Asks to be let through to an address. @returns the error code, or 0 */
  permit(address: string): Promise<number>;
  /** Has bytes forwarded, by one packet that may get lost. */
  send(to: Endpoint, bytes: Buffer): void;
  /** Gives it back. To be called once. */
  close(): void;
};

/**
 * Asks for an allocation, as a browser does.
 * @param hear is given what others have sent to it
 * @throws Node's errors of names and connections; ETIMEDOUT where no answer comes
 */
export async function allocate(
  server: StunServer,
  { username, credential }: Credentials,
  hear: (bytes: Buffer) => void = () => {},
): Promise<Allocation> {
  const client = await openClient(server, ({ type, attributes }) => {
    const data = attributes.get(ATTRIBUTE.data);
    if (type === (METHOD.data | CLASS.indication) && data) hear(data);
  });
  const transport: Attributes = () => [[ATTRIBUTE.transport, Buffer.from([UDP, 0, 0, 0])]];
  let identity = NONE;
  let key: Buffer | undefined;
  const ask = (method: number, attributes: Attributes) =>
    client.ask(method, (transaction) => [...attributes(transaction), ...identity(transaction)], key);
  /** A lifetime of none gives it back (RFC 8656 §8). */
  const close = () => {
    const transaction = newTransaction();
    const attributes: [number, Buffer][] = [[ATTRIBUTE.lifetime, Buffer.alloc(4)], ...identity(transaction)];
    client.close(encode(METHOD.refresh | CLASS.request, transaction, attributes, key));
  };

  try {
    let answer = await ask(METHOD.allocate, transport);
    const isOpen = errorIn(answer) === 0;
    if (!isOpen) {
      // Realm and nonce come with the first refusal.
      const realm = answer.attributes.get(ATTRIBUTE.realm) ?? Buffer.alloc(0);
      const nonce = answer.attributes.get(ATTRIBUTE.nonce) ?? Buffer.alloc(0);
      identity = () => [
        [ATTRIBUTE.username, Buffer.from(username)],
        [ATTRIBUTE.realm, realm],
        [ATTRIBUTE.nonce, nonce],
      ];
      key = createHash('md5').update(`${username}:${realm}:${credential}`).digest();
      answer = await ask(METHOD.allocate, transport);
    }
    return {
      code: errorIn(answer),
      isOpen,
      distrust: client.distrust,
      relayed: relayedIn(answer),
      async permit(address) {
        const permission = await ask(METHOD.createPermission, (transaction) => [
          [ATTRIBUTE.peer, xorAddress({ address, port: 0 }, transaction)],
        ]);
        return errorIn(permission);
      },
      send(to, bytes) {
        client.tell(METHOD.send, (transaction) => [
          [ATTRIBUTE.peer, xorAddress(to, transaction)],
          [ATTRIBUTE.data, bytes],
        ]);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Asks a server by which address it sees this machine.
 * @returns undefined where it doesn't say
 * @throws as `allocate` does
 */
export async function outsideAddress(server: StunServer): Promise<Endpoint | undefined> {
  const client = await openClient(server, () => {});
  try {
    return mappedIn(await client.ask(METHOD.binding, NONE));
  } finally {
    client.close();
  }
}
