/** Which of this machine's addresses the relay uses, and as which the internet knows them. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Config } from '../config.ts';
import { type HostNetwork, isUsable } from '../network/host-network.ts';
import type { Address } from './configuration.ts';

/** `anywhere` is an address for documents (RFC 5737, RFC 3849): the way to it is the one to the internet. */
const FAMILIES = [
  { isOf: isIPv4, anywhere: '192.0.2.1' },
  { isOf: isIPv6, anywhere: '2001:db8::1' },
];

type Public = Pick<Config, 'publicAddress' | 'publicUrl'>;

/** What the name in PUBLIC_URL stands for. */
async function namedBy({ publicUrl }: Pick<Config, 'publicUrl'>, machine: HostNetwork): Promise<string[]> {
  if (publicUrl === undefined) return [];
  const addresses = await machine.lookUp(new URL(publicUrl).hostname.replace(/^\[|\]$/g, ''));
  return addresses.filter(isUsable).sort();
}

/**
 * Whether the name in PUBLIC_URL leads to another machine than PUBLIC_ADDRESS does, as where a proxy elsewhere has the name.
 * At home it may well stand for an address in the house.
 */
export async function leadsElsewhere(config: Public, machine: HostNetwork): Promise<boolean> {
  if (config.publicAddress === undefined) return false;
  const found = await namedBy(config, machine);
  const here = [config.publicAddress, ...machine.own()];
  return found.length > 0 && !found.some((address) => here.includes(address));
}

/**
 * At most one of each family. What was found before stays as long as it holds: systems have several addresses, name
 * servers turn the order of theirs, and a change of either ends what is being relayed.
 * @param before what this found the last time
 */
export async function findAddresses(
  config: Public,
  before: Address[],
  machine: HostNetwork,
): Promise<Address[]> {
  const own = machine.own();
  const found = config.publicAddress === undefined ? await namedBy(config, machine) : [config.publicAddress];
  // A name that can't be looked up just now still stands for what it did.
  const outside = found.length > 0 ? found : before.flatMap((address) => address.outside ?? []);

  const addresses = FAMILIES.map(async ({ isOf, anywhere }): Promise<Address | undefined> => {
    const known = before.find((address) => isOf(address.own));
    const isOutside = (address: string | undefined) => address !== undefined && outside.includes(address);
    const there = isOutside(known?.outside) ? known?.outside : outside.find(isOf);
    if (there !== undefined && own.includes(there)) return { own: there, outside: there };
    if (known && own.includes(known.own)) return { own: known.own, outside: there };
    const source = await machine.sourceFor(there ?? anywhere);
    const here = source !== undefined && isOf(source) && own.includes(source) ? source : own.find(isOf);
    return here === undefined ? undefined : { own: here, outside: there };
  });
  return (await Promise.all(addresses)).flatMap((address) => address ?? []);
}
