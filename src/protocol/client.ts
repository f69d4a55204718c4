/** A call page's messages to the server. */
import * as v from 'valibot';
import { CallId, Candidates, ChatId, Description, DeviceId, Fragment, Media, MemberId } from './common.ts';

/** Always the first message of a socket. */
const Hello = v.object({
  type: v.literal('hello'),
  version: v.pipe(v.number(), v.integer()),
  device: DeviceId,
});

/** Starts a call. `key` makes a repeated ring after a broken socket the same call. */
const Ring = v.object({
  type: v.literal('ring'),
  key: DeviceId,
  chat: ChatId,
  media: Media,
  offer: Description,
});

/** Takes the call for this device; `answer` is there as soon as it was made, at best at once. */
const Accept = v.object({
  type: v.literal('accept'),
  call: CallId,
  answer: v.optional(Description),
});

const Decline = v.object({ type: v.literal('decline'), call: CallId });

/** Ends the call: before anybody accepted it is a cancellation. */
const HangUp = v.object({ type: v.literal('hang-up'), call: CallId });

/** Withdraws a ring before the page knows which call it led to. */
const Cancel = v.object({ type: v.literal('cancel'), key: DeviceId });

/**
 * The page is being closed or left. It may be a reload, so the place is held for a few seconds; a page that stays after
 * all says `resume`.
 */
const Leave = v.object({ type: v.literal('leave'), call: CallId });

/** A description for one member of the call; without `to`, the caller renews the offer of a ringing call. */
const SendDescription = v.object({
  type: v.literal('description'),
  call: CallId,
  to: v.optional(MemberId),
  description: Description,
});

/** Candidates for one member; without `to`, the caller's, kept in memory for whoever accepts. */
const SendCandidates = v.object({
  type: v.literal('candidates'),
  call: CallId,
  to: v.optional(MemberId),
  candidates: Candidates,
});

/** Asks the side that makes the offers for one with an ICE restart, in place of its description with this fragment. */
const RequestOffer = v.object({
  type: v.literal('request-offer'),
  call: CallId,
  to: v.optional(MemberId),
  fragment: Fragment,
});

/**
 * Returns to one's place in a call, after a new socket or a restart of the server. `fresh` says that the
 * page was reloaded and has no peer connection: the other side then makes a new one too. Without `member`, the
 * place that this device has: the page was left before it was told which.
 */
const Resume = v.object({
  type: v.literal('resume'),
  call: CallId,
  member: v.optional(MemberId),
  fresh: v.boolean(),
});

/** Asks for fresh ICE servers, before an ICE restart or before credentials run out. */
const RequestIce = v.object({ type: v.literal('ice'), call: CallId });

/** Checks whether a silent socket is still alive: the server answers `pong`. */
const Ping = v.object({ type: v.literal('ping') });

export const ClientMessage = v.variant('type', [
  Hello,
  Ring,
  Accept,
  Decline,
  HangUp,
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
