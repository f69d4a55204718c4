/**
 * Names of push services come from browsers, so anybody signed in may send any. What such a name stands for is looked at
 * when a connection is made, or it could lead into the house's own network.
 */
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIPv4, isIPv6, type LookupFunction } from 'node:net';
import { hostNetwork } from '../network/host-network.ts';
import { inAny as isOf } from '../network/private-networks.ts';
import { publicNetworks } from '../network/public-networks.ts';

/** @param ranges as in "10.0.0.0/8". @returns whether an address is in one of them */
function inAny(family: 'ipv4' | 'ipv6', ranges: string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return (address) => list.check(address, family);
}

/** What isn't part of the internet: IANA's special-purpose addresses (RFC 6890), and multicast. */
const isSpecial4 = inAny('ipv4', [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
]);

/** Of IPv6 it is one block that is the internet (RFC 4291 §2.4), but for protocols, documents and what holds IPv4. */
const isGlobal6 = inAny('ipv6', ['2000::/3']);
const isSpecial6 = inAny('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/**
 * Whether an IP address is one of the public internet, and not of a network that this machine is part of there.
 * @param interfaces as `hostNetwork` has them
 */
export function isPublicAddress(address: string, interfaces = hostNetwork.interfaces()): boolean {
  if (isOf(publicNetworks(interfaces))(address)) return false;
  if (isIPv4(address)) return !isSpecial4(address);
  return isIPv6(address) && !address.includes('%') && isGlobal6(address) && !isSpecial6(address);
}

type Resolve = (name: string) => Promise<LookupAddress[]>;

/** Looks a name up for a connection, and fails where any of its addresses isn't public. */
export const createPublicLookup =
  (resolve: Resolve = (name) => lookup(name, { all: true })): LookupFunction =>
  (name, { all }, callback) => {
    resolve(name).then(
      (found) => {
        const [first] = found;
        if (!first || !found.every(({ address }) => isPublicAddress(address)))
          callback(Object.assign(new Error(`${name} isn't a public name`), { code: 'ENOTPUBLIC' }), '');
        else if (all) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, ''),
    );
  };
