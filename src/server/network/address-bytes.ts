/** IP addresses as the bytes they stand for. */
import { isIPv4 } from 'node:net';

/** The 4 or 16 bytes of an address (RFC 4291 §2.2). */
export function bytesOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  // The URL standard's form has hexadecimal groups only.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [head, tail] = [before, after ?? ''].map((part) => part.split(':').filter(Boolean));
  const bytes = Buffer.alloc(16);
  head?.forEach((group, index) => void bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * index));
  tail?.reverse().forEach((group, index) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), 14 - 2 * index);
  });
  return bytes;
}

/** The other way round. */
export function textOf(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
