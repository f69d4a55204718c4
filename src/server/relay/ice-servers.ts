/** Where browsers find the relay. */
import { isIPv6 } from 'node:net';
import type { Config } from '../config.ts';
import type { Ports } from './configuration.ts';

/** A name or an address as it stands in a URL of STUN or TURN (RFC 7064, RFC 7065). */
const HOST = /^(?:[a-z\d][\w.-]*|\[[\da-f:.]+\])$/i;

/**
 * Under which name or address a page finds this machine: as everybody does, if that is known, or else as its own browser did.
 * A certificate is for a name, so that goes first.
 * @param hasName whether the name in PUBLIC_URL leads here
 * @param asked the `Host` of its request. What browsers wouldn't accept in a URL is left out: it would cost the page its call.
 */
export function hostFor(
  { publicUrl, publicAddress }: Pick<Config, 'publicUrl' | 'publicAddress'>,
  hasName: boolean,
  asked: string,
): string | undefined {
  if (publicUrl !== undefined && hasName) return new URL(publicUrl).hostname;
  if (publicAddress !== undefined) return isIPv6(publicAddress) ? `[${publicAddress}]` : publicAddress;
  const url = `http://${asked}`;
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return HOST.test(host) ? host : undefined;
}

/**
 * By UDP, which is best for sound; by TCP where UDP is blocked; by TLS where everything else is.
 * @param isSecure whether there is a certificate
 */
export const serversAt = (
  host: string,
  { plain, secure }: Pick<Ports, 'plain' | 'secure'>,
  isSecure: boolean,
): { stun: string[]; turn: string[] } => ({
  stun: [`stun:${host}:${plain}`],
  turn: [
    `turn:${host}:${plain}?transport=udp`,
    `turn:${host}:${plain}?transport=tcp`,
    ...(isSecure ? [`turns:${host}:${secure}?transport=tcp`] : []),
  ],
});
