/** The relay for calls (TURN, RFC 8656): one elsewhere, or with TURN=auto a coturn that runs beside the server. */
import type { Config } from '../config.ts';
import { createCoturn, type RelayGround } from './coturn.ts';
import { findProgram } from './program.ts';

export type Relay = {
  start(): void;
  /** There is another certificate, which a relay beside the server has as well; without this it would notice within a minute. */
  renewed(): void;
  /** What a page is told. @param asked the `Host` by which it was asked for */
  iceServers(asked: string): Pick<Config, 'stunUrls' | 'turn'>;
  stop(): Promise<void>;
};

const MISSING =
  "TURN=auto needs coturn, which isn't installed. On Debian and Ubuntu: apt install coturn, then systemctl disable --now coturn, and start Porchlight again; the Docker image has it. Until then, calls do without a relay.";

type Ground = RelayGround & { config: Pick<Config, 'turn' | 'hasOwnRelay'> };

/** @param find looks for coturn on this machine */
export function createRelay(ground: Ground, find = () => findProgram('turnserver')): Relay {
  const { config, log } = ground;
  const program = config.hasOwnRelay ? find() : undefined;
  if (program !== undefined) return createCoturn(program, ground);
  if (config.hasOwnRelay) log.warn(MISSING);
  const { stunUrls, turn } = config;
  return { start() {}, renewed() {}, iceServers: () => ({ stunUrls, turn }), stop: async () => {} };
}
