/** A call page's messages to the server. */
import * as v from 'valibot';
import { CallId, Candidates, ChatId, Description, DeviceId, Fragment, Media, MemberId } from './common.ts';

const Version = v.pipe(v.number(), v.integer());

/** Always the first message of a socket. `versions`: all that the client can speak; version 1 had one `version`. */
export const Hello = v.object({
  type: v.literal('hello'),
  version: v.optional(Version),
  versions: v.optional(v.pipe(v.array(Version), v.maxLength(16))),
  device: DeviceId,
});

/**
 * Starts a call, or joins the one that is on in this conversation. `key` makes a repeated ring after a broken socket the same
 * call. `offer` is for a call of two: one description serves one pair. `quiet`: nobody's devices ring.
 */
const Ring = v.object({
  type: v.literal('ring'),
  key: DeviceId,
  chat: ChatId,
  media: Media,
  offer: v.optional(Description),
  quiet: v.optional(v.boolean()),
});

/**
 * Takes a place in a call, whether it rings here or not. `answer`, in a call of two, is there as soon as it was made, at best
 * at once. `over` takes it over from another device of the same person.
 */
const Join = v.object({
  type: v.literal('join'),
  call: CallId,
  answer: v.optional(Description),
  over: v.optional(v.boolean()),
});

export const Decline = v.object({ type: v.literal('decline'), call: CallId });

/** Withdraws a ring before the page knows which call it led to. */
export const Cancel = v.object({ type: v.literal('cancel'), key: DeviceId });

/**
 * Gives one's place back. `closing`: the page is being closed or left; it may be a reload, so the place is held for a few
 * seconds, and a page that stays after all says `resume`.
 */
export const Leave = v.object({ type: v.literal('leave'), call: CallId, closing: v.optional(v.boolean()) });

/** A description for one member of the call; without `to`, the caller renews the offer of a ringing call. */
export const SendDescription = v.object({
  type: v.literal('description'),
  call: CallId,
  to: v.optional(MemberId),
  description: Description,
});

/** Candidates for one member; without `to`, the caller's, kept in memory for whoever accepts. */
export const SendCandidates = v.object({
  type: v.literal('candidates'),
  call: CallId,
  to: v.optional(MemberId),
  candidates: Candidates,
});

/** Asks the side that makes the offers for one with an ICE restart, in place of its description with this fragment. */
export const RequestOffer = v.object({
  type: v.literal('request-offer'),
  call: CallId,
  to: v.optional(MemberId),
  fragment: Fragment,
});

/**
 * Returns to one's place in a call, after a new socket or a restart of the server. `fresh` says that the
 * page was reloaded and has no peer connection: the other side then makes a new one too. Without `member`, the
 * place that this device has: the page was left before it was told which. `over` as in `join`.
 */
export const Resume = v.object({
  type: v.literal('resume'),
  call: CallId,
  member: v.optional(MemberId),
  fresh: v.boolean(),
  over: v.optional(v.boolean()),
});

/** Asks for fresh ICE servers, before an ICE restart or before credentials run out. */
export const RequestIce = v.object({ type: v.literal('ice'), call: CallId });

/** Checks whether a silent socket is still alive: the server answers `pong`. */
export const Ping = v.object({ type: v.literal('ping') });

export const ClientMessage = v.variant('type', [
  Hello,
  Ring,
  Join,
  Decline,
  Cancel,
  Leave,
  SendDescription,
  SendCandidates,
  RequestOffer,
  Resume,
  RequestIce,
  Ping,
]);
export type ClientMessage = v.InferOutput<typeof ClientMessage>;
