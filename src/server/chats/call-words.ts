/**
 * A call in the words of one reader. The same outcome reads differently from its two ends: who didn't pick up has missed a
 * call, whoever ended it; who called learns whether nobody answered or they cancelled it themselves.
 */
import type { Translate } from '../language/locale.ts';
import type { CallEntry } from './store.ts';

/** Whether a reader made the call. Everybody else in it was called, however many there are. */
export type CallSide = 'caller' | 'callee';

export const sideOf = (isCaller: boolean): CallSide => (isCaller ? 'caller' : 'callee');

type Outcome = CallEntry['outcome'];

/** Nobody on the reader's side picked up. What was declined was heard, so it isn't missed. */
export const isMissed = (outcome: Outcome, side: CallSide): boolean =>
  side === 'callee' && (outcome === 'missed' || outcome === 'cancelled' || outcome === 'busy');

/** How it looks: `missed` calls for attention, `unanswered` only says that it led to nothing. */
export type CallTone = 'on' | 'hung-up' | 'missed' | 'unanswered' | 'failed';

export function toneOf(outcome: Outcome, side: CallSide): CallTone {
  if (isMissed(outcome, side)) return 'missed';
  switch (outcome) {
    case undefined:
      return 'on';
    case 'hung-up':
    case 'failed':
      return outcome;
    case 'declined':
    case 'cancelled':
    case 'busy':
    case 'missed':
      return 'unanswered';
    default:
      return outcome satisfies never;
  }
}

/** "Missed voice call", "Video call · No answer", or just "Video call" while it is on or if it took place. */
export function callWords(t: Translate, { media, outcome }: CallEntry, side: CallSide): string {
  if (isMissed(outcome, side)) return t(`calls.missed.${media}`);
  const kind = t(`calls.kind.${media}`);
  return outcome === undefined || outcome === 'hung-up'
    ? kind
    : `${kind} · ${t(`calls.outcome.${side}.${outcome}`)}`;
}

/** The call as a title: with whom, and at once if it was missed. */
export const callTitle = (
  t: Translate,
  { media, outcome }: CallEntry,
  side: CallSide,
  name: string,
): string => t(`calls.${isMissed(outcome, side) ? 'missedFrom' : 'with'}.${media}`, { name });

/** What happened, as a sentence of its own beside the title. */
export const callOutcome = (t: Translate, { outcome }: CallEntry, side: CallSide): string =>
  t(`calls.outcome.${side}.${outcome ?? 'on'}`);
