/** What the system says about this machine's addresses and those of names. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

export type HostNetwork = {
  /** Its addresses, but for those that nobody else can use: loopback, and those of one cable only (link-local). */
  own(): string[];
  /** The same with the lengths of their prefixes, such as "192.168.1.5/24". */
  interfaces(): string[];
  /** The one from which it would send to another; undefined without a way there. */
  sourceFor(address: string): Promise<string | undefined>;
  /** None if the name is unknown, or nobody can be asked. */
  lookUp(name: string): Promise<string[]>;
};

/** RFC 863: nothing is sent to it, but a socket needs one. */
const DISCARD = 9;

export const isUsable = (address: string): boolean =>
  !/^(?:127\.|169\.254\.|0\.|fe[89ab][\da-f]:|::1?$)/i.test(address);

const usable = () =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address }) => isUsable(address));

export const hostNetwork: HostNetwork = {
  own: () => usable().map(({ address }) => address),

  // A mask that is no prefix has none; then the address stands for itself.
  interfaces: () => usable().map(({ address, cidr }) => cidr ?? `${address}/${isIPv6(address) ? 128 : 32}`),

  // Connecting a UDP socket sends nothing; the kernel only chooses the way, and with it the address.
  sourceFor: (address) =>
    new Promise((resolve) => {
      const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
      const settle = (source?: string) => {
        resolve(source);
        socket.close();
      };
      socket.once('error', () => settle());
      socket.once('connect', () => settle(socket.address().address));
      socket.connect(DISCARD, address);
    }),

  async lookUp(name) {
    try {
      return (await lookup(name, { all: true })).map(({ address }) => address);
    } catch {
      return [];
    }
  },
};
