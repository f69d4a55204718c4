/** Whether the STUN servers answer, and by which address they see this machine. */
import { isLocal } from '../network/private-networks.ts';
import { serverIn } from '../relay/stun-line.ts';
import { outsideAddress } from '../relay/turn-client.ts';
import { hostIn, lookUp } from './address.ts';
import { codeOf } from './ask.ts';
import { type Finding, found } from './findings.ts';
import { ownRelay, ownUrls } from './relay.ts';
import type { Targets } from './targets.ts';

/** By which addresses the internet reaches this house, as far as somebody has said so. */
async function expectedAddresses({ publicAddress, publicUrl }: Targets): Promise<string[]> {
  if (publicAddress !== undefined) return [publicAddress];
  if (publicUrl === undefined) return [];
  const looked = await lookUp(hostIn(publicUrl));
  return 'addresses' in looked ? looked.addresses.filter((address) => !isLocal(address)) : [];
}

const isOfFamily = (address: string, other: string): boolean => address.includes(':') === other.includes(':');

async function tryUrl(url: string, expected: string[]): Promise<Finding> {
  const server = serverIn(url);
  if (!server) return found('stun.url', { url });
  try {
    const seen = await outsideAddress(server);
    if (!seen) return found('stun.silent', { url, detail: '' });
    const { address } = seen;
    const alike = expected.filter((other) => isOfFamily(address, other));
    // Asked from inside the house, as our own relay is, it sees the inside.
    const isOther = alike.length > 0 && !isLocal(address) && !alike.includes(address);
    return isOther
      ? found('stun.another-address', { url, address, expected: alike.join(', ') })
      : found('stun.answers', { url, address });
  } catch (error) {
    const detail = codeOf(error);
    return found(detail === 'ENOTFOUND' ? 'stun.unknown' : 'stun.silent', { url, host: server.host, detail });
  }
}

export async function checkStun(targets: Targets): Promise<Finding[]> {
  const started = ownRelay(targets);
  const own = started ? (await ownUrls(targets, started)).stun : [];
  const urls = [...targets.stunUrls, ...own];
  if (urls.length === 0) return [];
  const expected = await expectedAddresses(targets);
  return Promise.all(urls.map((url) => tryUrl(url, expected)));
}
