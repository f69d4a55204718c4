/** A call as a value: small questions about it that all rules ask. */
import type { CallEntry } from '../chats/message-store.ts';
import type { Call, Invite, Place } from './store.ts';

/** How long a call rings, in ms. */
export const RING_TIME = 60_000;

/** People in a call at once: each sends to every other, and more than seven pictures are too much for a phone's uplink. */
export const MOST_PLACES = 8;

/** The places of those who are in it, in the order in which they came. */
export const here = (call: Call): Place[] => call.places.filter(({ leftAt }) => leftAt === undefined);

/** The place of a person who is in it. */
export const placeOf = (call: Call, user: number): Place | undefined =>
  here(call).find((place) => place.user === user);

/** Somebody's invitation, while it rings. */
export const ringing = (call: Call, user: number): Invite | undefined =>
  call.invites.find((invite) => invite.user === user && invite.state === 'ringing');

/** Who rings somebody, as they are told: who started the call, or had them rung later. */
export const callerOf = (call: Call, user: number): number =>
  call.invites.find((invite) => invite.user === user)?.by ?? call.startedBy;

/** Whether this person is or was in that call. */
export const tookPart = (call: Call, user: number): boolean =>
  call.places.some((place) => place.user === user);

/** Whether somebody is in it at this place. */
export const isOpen = (call: Call, place: string): boolean => here(call).some(({ id }) => id === place);

export const hasDeclined = (call: Call, user: number): boolean =>
  call.invites.some((invite) => invite.user === user && invite.state === 'declined');

/** Whether it is this person's: they are or were in it, or were rung. */
export const concerns = (call: Call, user: number): boolean =>
  tookPart(call, user) || call.invites.some((invite) => invite.user === user);

/** The others who are in it. */
export const othersIn = (call: Call, place: Place): Place[] => here(call).filter(({ id }) => id !== place.id);

/**
 * Whether it may go on with those who are left. A group's call can be walked into later, so one person is enough; of two
 * people, the other must be there or still be rung.
 */
export function goesOn(call: Call): boolean {
  const present = here(call).length;
  if (present === 0) return false;
  return call.isGroup || present > 1 || call.invites.some(({ state }) => state === 'ringing');
}

/** Whole seconds from accept to end; 0 while it is on, and when nobody accepted. */
export const secondsOf = ({ answeredAt, endedAt }: Pick<Call, 'answeredAt' | 'endedAt'>): number =>
  answeredAt === undefined || endedAt === undefined
    ? 0
    : Math.max(0, Math.floor((endedAt - answeredAt) / 1000));

/** When a call was answered, and how long ago that was: a page must not compare our times with its own clock. */
export const answered = (answeredAt: number, now: number) => ({
  answeredAt,
  elapsed: Math.max(0, now - answeredAt),
});

/** What the conversation shows of a call. */
export const entryOf = (call: Call): CallEntry => ({
  id: call.id,
  media: call.media,
  ...(call.state.name === 'ended' && { outcome: call.state.reason }),
  seconds: secondsOf(call),
  ...(call.isGroup && { people: peopleOf(call) }),
});

/** What has become of each person of a group in its call. */
function peopleOf(call: Call): NonNullable<CallEntry['people']> {
  const people: NonNullable<CallEntry['people']> = {};
  for (const { user, state } of call.invites) {
    if (state === 'ringing' || state === 'declined') people[user] = state;
    else if (state !== 'joined') people[user] = 'missed';
  }
  for (const { user } of call.places) people[user] = 'was';
  for (const { user } of here(call)) people[user] = 'in';
  return people;
}
