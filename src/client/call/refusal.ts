/** What a refusal by the server means for the call. */
import type { ServerMessage } from '../../protocol/server.ts';
import type { Reason } from './machine.ts';

export type Refusal = ServerMessage & { type: 'error' };

/** The call is over, the same may be tried later, or there is nothing more to say; undefined: it goes on as it is. */
export type Meaning = { over: Reason } | 'retry' | 'settled' | undefined;

/** @param met whether both sides are in the call already: then it needs the server no longer */
export function meaningOf({ code, about }: Refusal, met: boolean): Meaning {
  // Not even looked at, so it may have been what the page waits for.
  if (code === 'too-many' && about === undefined && !met) return 'retry';
  if (code === 'version') return met ? undefined : { over: 'out-of-date' };
  if (about === 'decline' || about === 'hang-up') return 'settled';
  if (about !== 'ring' && about !== 'accept' && about !== 'resume') return undefined;
  if (code === 'too-many' || code === 'internal') return 'retry';
  if (code === 'answered-elsewhere' || code === 'not-allowed') return { over: code };
  if (code === 'ended') return { over: met ? 'hung-up' : 'cancelled' };
  return { over: 'failed' };
}
