/**
 * The public networks that this machine is part of. With IPv6 every device of a house has an address of the internet: only by
 * the machine's own can it be told which are the neighbours'.
 */
import { isIPv4 } from 'node:net';
import { bytesOf, textOf } from './address-bytes.ts';
import { isLocal, type Network } from './private-networks.ts';

/** Bits of the network that a house has at least, whatever the system says of one address (RFC 4291 §2.5.1), and at most (RFC 6177). */
const SMALLEST_IPV6 = 64;
const LARGEST_IPV6 = 48;
/** A provider's network may be large, but one that is larger is a mistake. */
const LARGEST_IPV4 = 16;

const familyOf = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6');

const prefixFor = (address: string, prefix: number): number =>
  isIPv4(address) ? Math.max(prefix, LARGEST_IPV4) : Math.max(Math.min(prefix, SMALLEST_IPV6), LARGEST_IPV6);

/** An address with every bit behind the prefix set, or with none. */
function edge(address: string, prefix: number, bit: 0 | 1): string {
  const bytes = bytesOf(address);
  for (let at = prefix; at < bytes.length * 8; at += 1) {
    const mask = 0x80 >> (at % 8);
    const byte = bytes.readUInt8(at >> 3);
    bytes.writeUInt8(bit ? byte | mask : byte & ~mask, at >> 3);
  }
  return textOf(bytes);
}

/** First and last address of a network. */
export const edgesOf = ({ address, prefix }: Network): [string, string] => [
  edge(address, prefix, 0),
  edge(address, prefix, 1),
];

/**
 * @param interfaces addresses with their prefixes, such as "2001:db8::5/64", private ones among them
 * @returns each network once, in an order that doesn't change by itself
 */
export function publicNetworks(interfaces: string[]): Network[] {
  const found = new Map<string, Network>();
  for (const one of interfaces) {
    const [own = '', length] = one.split('/');
    if (isLocal(own)) continue;
    const prefix = prefixFor(own, Number(length));
    const address = edge(own, prefix, 0);
    found.set(`${address}/${prefix}`, { address, prefix, family: familyOf(own) });
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, network]) => network);
}
