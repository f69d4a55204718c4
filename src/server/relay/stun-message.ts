/** Messages of STUN and TURN as they go over the wire (RFC 8489 §5, RFC 8656 §18). */
import { createHmac, randomBytes } from 'node:crypto';
import { bytesOf, textOf } from '../network/address-bytes.ts';

/** Of a request; what else there is of the same method is told by bits of the class. */
export const METHOD = { binding: 1, allocate: 3, refresh: 4, send: 6, data: 7, createPermission: 8 } as const;
export const CLASS = { request: 0, indication: 0x10, success: 0x100, error: 0x110 } as const;

export const ATTRIBUTE = {
  mappedAddress: 0x01,
  username: 0x06,
  integrity: 0x08,
  errorCode: 0x09,
  lifetime: 0x0d,
  peer: 0x12,
  data: 0x13,
  realm: 0x14,
  nonce: 0x15,
  relayed: 0x16,
  transport: 0x19,
  xorMappedAddress: 0x20,
} as const;

/** An IP address and a port. */
export type Endpoint = { address: string; port: number };

export type Message = {
  /** Method and class. */
  type: number;
  /** 12 bytes. */
  transaction: Buffer;
  /** By their numbers; of several alike the first, as the RFC wants. */
  attributes: Map<number, Buffer>;
};

const COOKIE = 0x2112a442;
const HEADER = 20;
/** HMAC-SHA1, and what stands before it. */
const INTEGRITY = 24;
/** What is longer isn't read: no answer of a server has a tenth of it. */
const LONGEST = 4096;

export const newTransaction = (): Buffer => randomBytes(12);

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

function framed(type: number, transaction: Buffer, attributes: Buffer, more: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(attributes.length + more, 2);
  head.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([head, transaction, attributes]);
}

/** @param key of MESSAGE-INTEGRITY, which comes last and counts itself in the length (RFC 8489 §14.5) */
export function encode(
  type: number,
  transaction: Buffer,
  attributes: readonly (readonly [number, Buffer])[],
  key?: Buffer,
): Buffer {
  const all = Buffer.concat(attributes.map(([name, value]) => attribute(name, value)));
  if (!key) return framed(type, transaction, all, 0);
  const sum = createHmac('sha1', key)
    .update(framed(type, transaction, all, INTEGRITY))
    .digest();
  return framed(type, transaction, Buffer.concat([all, attribute(ATTRIBUTE.integrity, sum)]), 0);
}

/**
 * How many bytes the message takes that these begin with.
 * @returns undefined as long as that isn't known, and NaN for what is no message
 */
export function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER) return undefined;
  const length = HEADER + bytes.readUInt16BE(2);
  const isOne = bytes.readUInt8(0) < 0x40 && bytes.readUInt32BE(4) === COOKIE && length <= LONGEST;
  return isOne ? length : Number.NaN;
}

/** Undefined for what is no whole message. */
export function decode(bytes: Buffer): Message | undefined {
  if (lengthOf(bytes) !== bytes.length) return undefined;
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER; at + 4 <= bytes.length; ) {
    const [type, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
    const value = bytes.subarray(at + 4, at + 4 + length);
    if (value.length < length) return undefined;
    if (!attributes.has(type)) attributes.set(type, value);
    at += 4 + length + (-length & 3);
  }
  return { type: bytes.readUInt16BE(0), transaction: bytes.subarray(8, HEADER), attributes };
}

/** The number of an error, hundreds and the rest (RFC 8489 §14.8); 0 where there is none. */
export function errorIn({ attributes }: Message): number {
  const error = attributes.get(ATTRIBUTE.errorCode);
  return error && error.length >= 4 ? error.readUInt8(2) * 100 + error.readUInt8(3) : 0;
}

/** What an address in a message is mixed with, so that no router on the way takes it for one and changes it. */
function mask(transaction: Buffer): Buffer {
  const cookie = Buffer.alloc(4);
  cookie.writeUInt32BE(COOKIE);
  return Buffer.concat([cookie, transaction]);
}

const mixed = (bytes: Buffer, transaction: Buffer): Buffer => {
  const by = mask(transaction);
  return Buffer.from(bytes.map((byte, index) => byte ^ (by[index] ?? 0)));
};

/** RFC 8489 §14.2. */
export function xorAddress({ address, port }: Endpoint, transaction: Buffer): Buffer {
  const bytes = bytesOf(address);
  const head = Buffer.alloc(4);
  head.writeUInt8(bytes.length === 4 ? 1 : 2, 1);
  head.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  return Buffer.concat([head, mixed(bytes, transaction)]);
}

/** @param transaction of the message that it is in; undefined for an address that isn't mixed with anything */
function addressFrom(value: Buffer | undefined, transaction: Buffer | undefined): Endpoint | undefined {
  if (!value || (value.length !== 8 && value.length !== 20)) return undefined;
  const bytes = value.subarray(4);
  const port = value.readUInt16BE(2);
  return transaction
    ? { address: textOf(mixed(bytes, transaction)), port: port ^ (COOKIE >>> 16) }
    : { address: textOf(bytes), port };
}

/** Where the relay takes what is to be forwarded. */
export const relayedIn = ({ attributes, transaction }: Message): Endpoint | undefined =>
  addressFrom(attributes.get(ATTRIBUTE.relayed), transaction);

/** As whom the server sees who has asked. Very old ones don't mix it. */
export const mappedIn = ({ attributes, transaction }: Message): Endpoint | undefined =>
  addressFrom(attributes.get(ATTRIBUTE.xorMappedAddress), transaction) ??
  addressFrom(attributes.get(ATTRIBUTE.mappedAddress), undefined);
