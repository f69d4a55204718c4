/**
 * A call in the words of one reader. The same outcome reads differently from its two ends: who didn't pick up has missed a
 * call, whoever ended it; who called learns whether nobody answered or they cancelled it themselves.
 */
import { listOf } from '../language/lists.ts';
import type { Translate } from '../language/locale.ts';
import type { Reader } from '../language/reader.ts';
import type { CallEntry } from './message-store.ts';

/** Whether a reader made the call. Everybody else in it was called, however many there are. */
export type CallSide = 'caller' | 'callee';

const sideOf = (isCaller: boolean): CallSide => (isCaller ? 'caller' : 'callee');

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

type People = NonNullable<CallEntry['people']>;

const whoIs = (people: People, what: People[number]): number[] =>
  Object.keys(people)
    .map(Number)
    .filter((user) => people[user] === what);

/** The call as it was for one person, and from which end they saw it: in a group each was in it, missed or declined it. */
export function asSeenBy(
  entry: CallEntry,
  me: number,
  isCaller: boolean,
): { entry: CallEntry; side: CallSide } {
  const { people, outcome } = entry;
  const mine = people?.[me];
  if (!people || outcome === undefined) return { entry, side: sideOf(isCaller) };
  if (mine === 'missed' || mine === 'declined')
    return { entry: { ...entry, outcome: mine, seconds: 0 }, side: 'callee' };
  // Where nobody else came, there was no answer, whoever waited for one.
  if (whoIs(people, 'was').length > 1)
    return { entry: { ...entry, outcome: 'hung-up' }, side: sideOf(isCaller) };
  return { entry: { ...entry, outcome: 'missed' }, side: 'caller' };
}

/** Whose call it is to say something of: its reader, whether they made it, and what people are called. */
type Sight = { me: number; isCaller: boolean; nameOf(user: number): string };

/** What a chat and the list of chats say of a call. `isIn`: its reader is in it, on this device or another. */
export function callView(
  { t, locale }: Pick<Reader, 't' | 'locale'>,
  entry: CallEntry,
  sight: Sight,
): { words: string; tone: CallTone; isIn?: boolean } {
  const { entry: own, side } = asSeenBy(entry, sight.me, sight.isCaller);
  const { outcome, people } = own;
  if (people && outcome === undefined) {
    const names = whoIs(people, 'in').map((user) =>
      user === sight.me ? t('calls.group.you') : sight.nameOf(user),
    );
    const isIn = people[sight.me] === 'in';
    return { words: t('calls.group.on', { names: listOf(locale, names) }), tone: 'on', isIn };
  }
  return { words: callWords(t, own, side), tone: toneOf(outcome, side) };
}

/** What stands above the chat of a group that is in a call. */
export const bannerOf = (
  reader: Pick<Reader, 't' | 'locale'>,
  running: CallEntry | undefined,
  sight: Omit<Sight, 'isCaller'>,
) => ({ running, ...(running && callView(reader, running, { ...sight, isCaller: false })) });

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
