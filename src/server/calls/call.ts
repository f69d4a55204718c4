/** A call as a value: small questions about it that all rules ask. */
import type { CallEntry } from '../chats/store.ts';
import type { Call, Member } from './store.ts';

/** How long a call rings, in ms. */
export const RING_TIME = 60_000;

export const memberOf = (call: Call, user: number): Member | undefined =>
  call.members.find((member) => member.user === user);

/** Whether this person is or was in that call. */
export const tookPart = (call: Call, user: number): boolean => memberOf(call, user)?.device !== undefined;

/** The other person of a call between two. */
export const otherThan = (call: Call, user: number): Member | undefined =>
  call.members.find((member) => member.user !== user);

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
});
