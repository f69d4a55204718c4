/** The ICE servers that a call page gets. */
import { createHmac } from 'node:crypto';
import type { IceConfiguration } from '../../protocol/common.ts';
import type { Config } from '../config.ts';

/** Seconds for which TURN credentials last; pages ask for new ones before. */
const LIFETIME = 60 * 60;

/**
 * STUN and TURN servers for one person. TURN credentials expire: the username is `expiry:user` and the password
 * its HMAC-SHA1 under the shared secret (draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`).
 * Without any server configured, calls work within the local network.
 */
export function iceFor(
  config: Pick<Config, 'stunUrls' | 'turn'>,
  user: number,
  now: number,
): IceConfiguration {
  const { stunUrls, turn } = config;
  const stun = stunUrls.length > 0 ? [{ urls: stunUrls }] : [];
  if (!turn) return { iceServers: stun };
  const expiry = Math.floor(now / 1000) + LIFETIME;
  const username = `${expiry}:${user}`;
  const credential = createHmac('sha1', turn.secret).update(username).digest('base64');
  return {
    iceServers: [...stun, { urls: turn.urls, username, credential }],
    lifetime: LIFETIME,
  };
}
