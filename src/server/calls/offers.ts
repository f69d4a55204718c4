/** The caller's offer and candidates, kept until someone accepts. Memory only: after a restart the caller sends them again. */
import type { Candidate, Description } from '../../protocol/common.ts';

/** More than any honest page gathers while it rings. */
const MOST_CANDIDATES = 256;

export type Offer = { description: Description | undefined; candidates: Candidate[] };

const NONE: Offer = { description: undefined, candidates: [] };

export function createOffers() {
  const byCall = new Map<string, Offer>();

  return {
    of: (call: string): Offer => byCall.get(call) ?? NONE,

    /** A new offer holds the candidates found so far; those of an older one don't belong to it. */
    put: (call: string, description: Description) => void byCall.set(call, { description, candidates: [] }),

    add(call: string, candidates: Candidate[]): void {
      const { description, candidates: known } = byCall.get(call) ?? NONE;
      byCall.set(call, { description, candidates: [...known, ...candidates].slice(0, MOST_CANDIDATES) });
    },

    drop: (call: string) => void byCall.delete(call),
  };
}

export type Offers = ReturnType<typeof createOffers>;
