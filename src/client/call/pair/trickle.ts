/**
 * Sends local descriptions and candidates to the other side (trickle ICE, RFC 8838). What finds no path waits
 * until there is one.
 */
import type { Candidate, Description } from '../../../protocol/common.ts';

/** Candidates come in bursts; a burst is one message. */
const BATCH_MS = 20;
const BATCH_SIZE = 64;

/** A signalling path to the other side. Each says whether it took what it was given. */
export interface SignalingPath {
  description(description: Description): boolean;
  candidates(candidates: Candidate[]): boolean;
}

export interface Trickle {
  /** The own description, for a message that carries it together with something else. */
  take(): Description | undefined;
  /** There is a new own description, to be sent as soon as there is a path. */
  described(): void;
  candidate(candidate: Candidate): void;
  /** Sends what has a path. */
  flush(): void;
  /** The connection that this was for is gone; a description of the next may still be owed. */
  dropCandidates(): void;
  /** Nothing is owed any more. */
  drop(): void;
}

/**
 * @param paths in the order in which they are tried
 * @param local the newest own description, with the candidates that are known by then
 */
export function createTrickle(paths: SignalingPath[], local: () => Description | undefined): Trickle {
  let isOwed = false;
  let unsent: Candidate[] = [];
  let batch: ReturnType<typeof setTimeout> | undefined;

  function take(): Description | undefined {
    // What the description contains needs no message of its own any more.
    unsent = [];
    return local();
  }

  function flush(): void {
    clearTimeout(batch);
    batch = undefined;
    if (isOwed) {
      const description = take();
      isOwed = !description || !paths.some((path) => path.description(description));
    }
    while (unsent.length > 0) {
      const burst = unsent.slice(0, BATCH_SIZE);
      if (!paths.some((path) => path.candidates(burst))) return;
      unsent = unsent.slice(burst.length);
    }
  }

  function dropCandidates(): void {
    clearTimeout(batch);
    batch = undefined;
    unsent = [];
  }

  return {
    take,
    described() {
      isOwed = true;
      flush();
    },
    candidate(candidate) {
      unsent.push(candidate);
      batch ??= setTimeout(flush, BATCH_MS);
    },
    flush,
    dropCandidates,
    drop() {
      isOwed = false;
      dropCandidates();
    },
  };
}
