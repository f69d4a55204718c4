/**
 * Limits failed attempts. An attempt counts from its start: concurrent guesses must
 * not all be let in before the first has failed. One that succeeded, or was never decided, is given back.
 *
 * Own code because the known libraries count requests: giving one back is missing (@fastify/rate-limit), or what
 * they keep has no bound (rate-limiter-flexible in memory).
 */
import { createBoundedCache } from '../bounded-cache.ts';
import type { Clock } from '../clock.ts';

/** An attempt that has begun, and counts as failed until it is given back. */
export type Attempt = { giveBack(): void };

/** `undefined`: too many attempts of this key have failed or are under way. */
export type Limit = (key: string) => Attempt | undefined;

type Rule = {
  /** Failed attempts in `window` ms. */
  most: number;
  window: number;
  /** Keys that are remembered; the one that was tried longest ago is forgotten first. */
  keys: number;
};

export function createLimit(clock: Pick<Clock, 'monotonic'>, { most, window, keys }: Rule): Limit {
  const kept = createBoundedCache<string, { begun: number }[]>(keys);

  return (key) => {
    const now = clock.monotonic();
    const recent = (kept.get(key) ?? []).filter(({ begun }) => begun > now - window);
    if (recent.length >= most) return undefined;
    const attempt = { begun: now };
    kept.set(key, [...recent, attempt]);
    return {
      giveBack() {
        const others = kept.get(key)?.filter((other) => other !== attempt);
        if (others) kept.set(key, others);
      },
    };
  };
}

/**
 * The key by which a network address is counted. With IPv6 a customer gets at least a /64 (RFC 6177), and may use another
 * address for each attempt; an IPv4 address inside IPv6 (RFC 4291 §2.5.5.2) is that IPv4 address.
 */
export function addressKey(address: string): string {
  const plain = address.split('%')[0] ?? '';
  if (!plain.includes(':') || !URL.canParse(`http://[${plain}]`)) return plain;
  // The URL standard's form: lower case, without leading zeros, IPv4 in two hexadecimal groups.
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical) ?? [];
  if (high && low) {
    const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
    return [a >> 8, a & 255, b >> 8, b & 255].join('.');
  }
  const [before = '', after] = canonical.split('::');
  const groups = before.split(':').filter(Boolean);
  const behind = after?.split(':').filter(Boolean) ?? [];
  if (after !== undefined) while (groups.length + behind.length < 8) groups.push('0');
  return `${[...groups, ...behind].slice(0, 4).join(':')}::/64`;
}
