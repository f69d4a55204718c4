/** Addresses that are good only within a house, or a machine. */
import { BlockList, isIPv6 } from 'node:net';

/** RFC 1918, RFC 6598, RFC 3927, RFC 1122 §3.2.1.3, RFC 4193 and RFC 4291 §2.5. */
const NETWORKS = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const;

const list = new BlockList();
for (const [network, bits] of NETWORKS) list.addSubnet(network, bits, isIPv6(network) ? 'ipv6' : 'ipv4');

export const isPrivate = (address: string): boolean => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
