/** A client of a TURN server, as small as tests need it (STUN: RFC 8489; TURN: RFC 8656). */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

export type Credentials = { username: string; credential: string };

const COOKIE = 0x2112a442;
const HEADER = 20;

const METHOD = { allocate: 3, createPermission: 8 };
const ATTRIBUTE = {
  username: 0x06,
  integrity: 0x08,
  errorCode: 0x09,
  peer: 0x12,
  realm: 0x14,
  nonce: 0x15,
  relayed: 0x16,
  transport: 0x19,
};
const UDP = 17;

/** How long an answer may take, in ms, and when a question is repeated, as packets get lost. */
const PATIENCE = 5_000;
const REPEAT = 500;

type Attributes = Map<number, Buffer>;
/** `code` is 0 for success. */
type Answer = { code: number; attributes: Attributes };
type Line = { send(message: Buffer): void; close(): void };

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

function message(method: number, transaction: Buffer, attributes: Buffer, more = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(method, 0);
  head.writeUInt16BE(attributes.length + more, 2);
  head.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([head, transaction, attributes]);
}

function attributesOf(received: Buffer): Attributes {
  const attributes: Attributes = new Map();
  for (let at = HEADER; at + 4 <= received.length; ) {
    const length = received.readUInt16BE(at + 2);
    attributes.set(received.readUInt16BE(at), received.subarray(at + 4, at + 4 + length));
    at += 4 + length + (-length & 3);
  }
  return attributes;
}

function answerFrom(received: Buffer): Answer {
  const attributes = attributesOf(received);
  // RFC 8489 §14.8: hundreds and the rest.
  const error = attributes.get(ATTRIBUTE.errorCode);
  return { code: error ? (error[2] ?? 0) * 100 + (error[3] ?? 0) : 0, attributes };
}

const PORT_MASK = COOKIE >>> 16;

/** RFC 8489 §14.2. */
function xored(address: string): Buffer {
  const value = Buffer.alloc(8);
  value.writeUInt8(1, 1);
  value.writeUInt16BE(9 ^ PORT_MASK, 2);
  value.set(address.split('.').map(Number), 4);
  value.writeUInt32BE((value.readUInt32BE(4) ^ COOKIE) >>> 0, 4);
  return value;
}

function addressFrom(value: Buffer): string {
  const address = Buffer.alloc(4);
  address.writeUInt32BE((value.readUInt32BE(4) ^ COOKIE) >>> 0);
  return `${[...address].join('.')}:${value.readUInt16BE(2) ^ PORT_MASK}`;
}

/** Opens a way to the server in a URL of RFC 7065. */
async function open(url: string, hear: (message: Buffer) => void): Promise<Line> {
  const [, scheme, host = '', port, transport] =
    /^(turns?):([^?]+):(\d+)(?:\?transport=(udp|tcp))?$/.exec(url) ?? [];
  const to = { host, port: Number(port) };
  if (transport !== 'tcp') {
    const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4').on('message', hear);
    // That nobody listens yet shows by the answer that doesn't come.
    socket.on('error', () => {});
    return { send: (bytes) => socket.send(bytes, to.port, to.host), close: () => socket.close() };
  }
  const socket = scheme === 'turns' ? connectTls({ ...to, rejectUnauthorized: false }) : connectTcp(to);
  await new Promise((resolve, reject) => {
    socket.once(scheme === 'turns' ? 'secureConnect' : 'connect', resolve).once('error', reject);
  });
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt16BE(2)) {
      const end = HEADER + rest.readUInt16BE(2);
      hear(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
  socket.on('error', () => {});
  return { send: (bytes) => socket.write(bytes), close: () => socket.destroy() };
}

/** Something relayed for a client, or the code of the error with which that was refused. */
export type Allocation = {
  code: number;
  /** Address and port at the relay; empty where it was refused. */
  relayed: string;
  /** Asks to be let through to an address. @returns the error code, or 0 */
  permit(address: string): Promise<number>;
  close(): void;
};

/** Asks for an allocation, as a browser does. */
export async function allocate(url: string, { username, credential }: Credentials): Promise<Allocation> {
  const waiting = new Map<string, (received: Buffer) => void>();
  const line = await open(url, (received) => waiting.get(received.toString('hex', 8, HEADER))?.(received));

  const ask = (method: number, attributes: Buffer[], key?: Buffer) =>
    new Promise<Answer>((resolve, reject) => {
      const transaction = randomBytes(12);
      const all = Buffer.concat(attributes);
      // Its length counts what is to come: 24 bytes (RFC 8489 §14.5).
      const sum =
        key &&
        createHmac('sha1', key)
          .update(message(method, transaction, all, 24))
          .digest();
      const signed = sum ? Buffer.concat([all, attribute(ATTRIBUTE.integrity, sum)]) : all;
      const bytes = message(method, transaction, signed);
      const repeat = setInterval(() => line.send(bytes), REPEAT);
      const settle = () => {
        clearInterval(repeat);
        clearTimeout(tired);
        waiting.delete(transaction.toString('hex'));
      };
      const tired = setTimeout(() => {
        settle();
        reject(new Error(`no answer from ${url}`));
      }, PATIENCE);
      waiting.set(transaction.toString('hex'), (received) => {
        settle();
        resolve(answerFrom(received));
      });
      line.send(bytes);
    });

  const transport = attribute(ATTRIBUTE.transport, Buffer.from([UDP, 0, 0, 0]));
  try {
    // Realm and nonce come with the first refusal.
    const { attributes: given } = await ask(METHOD.allocate, [transport]);
    const realm = given.get(ATTRIBUTE.realm) ?? Buffer.alloc(0);
    const identity = [
      attribute(ATTRIBUTE.username, Buffer.from(username)),
      attribute(ATTRIBUTE.realm, realm),
      attribute(ATTRIBUTE.nonce, given.get(ATTRIBUTE.nonce) ?? Buffer.alloc(0)),
    ];
    const key = createHash('md5').update(`${username}:${realm}:${credential}`).digest();
    const { code, attributes } = await ask(METHOD.allocate, [transport, ...identity], key);
    const relayed = attributes.get(ATTRIBUTE.relayed);
    return {
      code,
      relayed: relayed ? addressFrom(relayed) : '',
      permit: async (address) => {
        const peer = attribute(ATTRIBUTE.peer, xored(address));
        return (await ask(METHOD.createPermission, [peer, ...identity], key)).code;
      },
      close: line.close,
    };
  } catch (error) {
    line.close();
    throw error;
  }
}
