/**
 * The lifecycles of a call and of an invitation to it, as the server sees them. A call is `ringing` until a second person
 * is in it.
 *
 *     ring              accept              hang-up
 *     ────▶ ringing ──────────────▶ active ─────────▶ ended: hung-up
 *              │                       │     fail
 *              │                       └────────────▶ ended: failed
 *              ├─ decline ──▶ ended: declined
 *              ├─ cancel ───▶ ended: cancelled
 *              ├─ busy ─────▶ ended: busy
 *              └─ expire ───▶ ended: missed
 *
 * Nothing leads out of `ended`. `fail` is for an accepted call that never got anywhere. In a call of two, what ends the
 * invitation ends the call; a call of a group goes on for as long as somebody is in it.
 *
 *     ring                join
 *     ────▶ ringing ─────────────▶ joined
 *              ├─ decline ──▶ declined
 *              ├─ expire ───▶ missed
 *              └─ cancel ───▶ cancelled: the call was over first
 *
 * `busy` is an invitation that never rang. Whoever comes in later has `joined`, whatever it was.
 * `next` is pure; who may cause which event is for the rules beside it.
 */
import type { EndReason } from '../../protocol/server.ts';

/** Why a call has ended, as it is stored and shown. */
export type Reason = Exclude<EndReason, 'answered-elsewhere'>;

export type CallState = { name: 'ringing' } | { name: 'active' } | { name: 'ended'; reason: Reason };

/** What has become of an invitation. */
export type InviteState = 'ringing' | 'joined' | 'declined' | 'busy' | 'missed' | 'cancelled';

export type CallEvent = 'accept' | 'decline' | 'cancel' | 'busy' | 'expire' | 'hang-up' | 'fail';

/** The next state, or `undefined` if the event is out of turn. */
export function next(state: CallState, event: CallEvent): CallState | undefined {
  switch (state.name) {
    case 'ringing':
      return fromRinging(event);
    case 'active':
      return fromActive(event);
    case 'ended':
      return undefined;
    default:
      return state satisfies never;
  }
}

function fromRinging(event: CallEvent): CallState | undefined {
  switch (event) {
    case 'accept':
      return { name: 'active' };
    case 'decline':
      return { name: 'ended', reason: 'declined' };
    case 'cancel':
      return { name: 'ended', reason: 'cancelled' };
    case 'busy':
      return { name: 'ended', reason: 'busy' };
    case 'expire':
      return { name: 'ended', reason: 'missed' };
    case 'hang-up':
    case 'fail':
      return undefined;
    default:
      return event satisfies never;
  }
}

function fromActive(event: CallEvent): CallState | undefined {
  switch (event) {
    case 'hang-up':
      return { name: 'ended', reason: 'hung-up' };
    case 'fail':
      return { name: 'ended', reason: 'failed' };
    case 'accept':
    case 'decline':
    case 'cancel':
    case 'busy':
    case 'expire':
      return undefined;
    default:
      return event satisfies never;
  }
}
