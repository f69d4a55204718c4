/** Addresses that mean something only inside a house (RFC 1918, RFC 4193), or on the machine itself. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

export type Network = { address: string; prefix: number; family: 'ipv4' | 'ipv6' };

export const PRIVATE_NETWORKS: readonly Network[] = [
  { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '127.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '169.254.0.0', prefix: 16, family: 'ipv4' },
  { address: '172.16.0.0', prefix: 12, family: 'ipv4' },
  { address: '192.168.0.0', prefix: 16, family: 'ipv4' },
  { address: '::1', prefix: 128, family: 'ipv6' },
  { address: 'fc00::', prefix: 7, family: 'ipv6' },
  { address: 'fe80::', prefix: 10, family: 'ipv6' },
];

/** Not of a house, but of no use outside of a network either: those of carriers (RFC 6598), and none at all (RFC 1122). */
const OTHERS: readonly Network[] = [
  { address: '0.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '100.64.0.0', prefix: 10, family: 'ipv4' },
  { address: '::', prefix: 128, family: 'ipv6' },
];

/** @returns whether an IP address is in one of them; false for whatever isn't one */
export function inAny(networks: readonly Network[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return (address) =>
    (isIPv4(address) && list.check(address, 'ipv4')) || (isIPv6(address) && list.check(address, 'ipv6'));
}

/** Whether an address is one of a house. */
export const isPrivate = inAny(PRIVATE_NETWORKS);

/** Whether an address leads nowhere on the internet. */
export const isLocal = inAny([...PRIVATE_NETWORKS, ...OTHERS]);
