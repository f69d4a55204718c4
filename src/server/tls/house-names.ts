/** What people in the house may call this machine: its names, and its addresses there. */
import { isIP, isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import { isBareName } from '../network/host-names.ts';
import { type HostNetwork, hostNetwork } from '../network/host-network.ts';
import { isPrivate } from '../network/private-networks.ts';

/** RFC 1123 §2.1. A name of the system's that isn't one can't be asked for. */
const HOST_NAME = /^[a-z\d]([a-z\d-]{0,62})(\.[a-z\d][a-z\d-]{0,62})*$/;

/** An address for documents (RFC 5737): the way to it is the one to the router. */
const ANYWHERE = '192.0.2.1';

/** The most that a certificate is for: containers give a machine many addresses. */
const MOST_ADDRESSES = 50;

/** The first is the one to pass on. */
export type HouseNames = { addresses: string[]; names: string[] };

export type HouseNetwork = Pick<HostNetwork, 'own' | 'sourceFor'> & { hostname(): string };

export const houseNetwork: HouseNetwork = { ...hostNetwork, hostname };

/**
 * The machine's own names; by multicast DNS (RFC 6762) it is also found under `.local`. One of a single label stays out of it:
 * the house's authority vouches for every name below those it is given.
 */
function namesOf(hostname: string): string[] {
  const name = hostname.toLowerCase();
  if (!HOST_NAME.test(name)) return ['localhost'];
  const [label = ''] = name.split('.');
  return [...(isBareName(name) ? [] : [name]), `${label}.local`, 'localhost'];
}

/** @param host what it is called in PUBLIC_URL */
export async function houseNames(host: string | undefined, machine: HouseNetwork): Promise<HouseNames> {
  const given = host === undefined ? [] : [host];
  const source = await machine.sourceFor(ANYWHERE);
  // The address that leads to the router comes first: those of containers and tunnels are nobody else's. Then those that
  // can be typed.
  const rank = (address: string) => Number(address === source) * 2 + Number(isIPv4(address));
  const own = machine.own().sort((one, other) => rank(other) - rank(one));
  const addresses = [
    ...given.filter((name) => isIP(name) !== 0),
    ...own.filter(isPrivate),
    '127.0.0.1',
    '::1',
  ];
  const names = [...given.filter((name) => isIP(name) === 0), ...namesOf(machine.hostname())];
  return { addresses: [...new Set(addresses)].slice(0, MOST_ADDRESSES), names: [...new Set(names)] };
}
