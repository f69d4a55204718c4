/** The states of one call as its page sees them; `transitions.ts` leads from one to the next. */
import type { EndReason } from '../../../protocol/server.ts';

/** Why the call on this page has ended: the server's reasons, and those that only a page has. */
export type Reason =
  | EndReason
  | 'not-allowed'
  /** This person has left the group, or was taken out of it. */
  | 'not-a-member'
  /** As many are in it as there may be. */
  | 'full'
  /** It goes on in another tab, or on another device. */
  | 'moved'
  | 'in-another-call'
  | 'out-of-date'
  | 'unanswered'
  | 'unsupported';

export type State =
  | { name: 'idle' }
  /** `rung`: the server has confirmed that it rings at the other side. */
  | { name: 'calling'; rung: boolean }
  | { name: 'ringing' }
  | { name: 'connecting' }
  /** In the call of a group without anybody else, who may still come. */
  | { name: 'alone' }
  | { name: 'active' }
  /** `left`: the other side's page was closed or is being reloaded. */
  | { name: 'reconnecting'; left: boolean }
  | { name: 'ended'; reason: Reason };

/**
 * How long a state may last, in ms, before `gave-up`. The server ends calls earlier than this;
 * the page's own limits are for when the server can't be reached.
 */
export function deadline(state: State): number | undefined {
  switch (state.name) {
    case 'calling':
    case 'ringing':
      return 75_000;
    case 'connecting':
      return 150_000;
    case 'reconnecting':
      return state.left ? 75_000 : 150_000;
    case 'idle':
    case 'alone':
    case 'active':
    case 'ended':
      return undefined;
    default:
      return state satisfies never;
  }
}

/** In the call of a group nobody is sent away for what keeps them from the others: they may come, or others may. */
export function groupDeadline(state: State): number | undefined {
  return state.name === 'connecting' || state.name === 'reconnecting' ? undefined : deadline(state);
}

/** Whether the other side went on purpose and isn't back. */
export function hasLeft(state: State): boolean {
  return state.name === 'reconnecting' && state.left;
}
