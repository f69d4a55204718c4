/** What an error from the server means for the call. */
import type { ServerMessage } from '../../../protocol/server.ts';
import type { Reason } from '../lifecycle/state.ts';

export type ServerError = ServerMessage & { type: 'error' };

/** The call is over, the same may be tried later, or there is nothing more to say; undefined: it goes on as it is. */
export type Meaning = { over: Reason } | 'retry' | 'settled' | undefined;

const FAREWELLS = ['decline', 'leave', 'cancel'];
const BEGINNINGS = ['ring', 'join', 'resume'];

/**
 * @param met whether both sides are in the call already: then it needs the server no longer
 * @param isGroup whether it is the call of a group, whose members may all be in it
 */
export function meaningOf({ code, about = '' }: ServerError, met: boolean, isGroup: boolean): Meaning {
  if (about === '' && !met) {
    // Not even looked at, so it may have been what the page waits for.
    if (code === 'too-many') return 'retry';
    // Nothing else is as long as the description that it begins with, and the next one will be too.
    if (code === 'too-large') return { over: 'failed' };
  }
  if (code === 'version') return met ? undefined : { over: 'out-of-date' };
  const isFarewell = FAREWELLS.includes(about);
  if (!isFarewell && !BEGINNINGS.includes(about)) return undefined;
  if (code === 'too-many' || code === 'internal') return 'retry';
  if (isFarewell) return 'settled';
  if (isGroup && (code === 'not-found' || code === 'not-allowed')) return { over: 'not-a-member' };
  if (code === 'answered-elsewhere' || code === 'not-allowed' || code === 'full') return { over: code };
  if (code === 'out-of-turn' && about === 'ring') return { over: 'in-another-call' };
  if (code === 'ended') return { over: met ? 'hung-up' : 'cancelled' };
  return { over: 'failed' };
}
