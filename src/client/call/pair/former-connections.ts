/** The other side's connections that were given up, here or there: what comes late from one isn't taken for a new one. */
import { fingerprint } from './sdp.ts';

/** How many are remembered. */
const MOST = 16;

export interface FormerConnections {
  fingerprints: ReadonlySet<string>;
  /** Remembers the one that this SDP was from. */
  add(sdp: string | undefined): void;
}

export function createFormerConnections(): FormerConnections {
  const fingerprints = new Set<string>();
  return {
    fingerprints,
    add(sdp) {
      const gone = sdp === undefined ? undefined : fingerprint(sdp);
      if (gone === undefined) return;
      fingerprints.add(gone);
      for (const oldest of fingerprints) if (fingerprints.size > MOST) fingerprints.delete(oldest);
    },
  };
}
