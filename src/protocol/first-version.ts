/**
 * Version 1 of the protocol, for a call of two, as pages speak it that were open through an update. What both versions have
 * in common is in client.ts and server.ts; a `leave` of version 1 is always one of a page that is being closed.
 */
import * as v from 'valibot';
import {
  Cancel,
  Decline,
  Hello,
  Leave,
  Ping,
  RequestIce,
  RequestOffer,
  Resume,
  SendCandidates,
  SendDescription,
} from './client.ts';
import { CallId, Candidates, ChatId, Description, DeviceId, Media, MemberId, Peer } from './common.ts';
import {
  Ended,
  Ice,
  Incoming,
  Missed,
  OfferRequested,
  Pong,
  ProtocolError,
  ReceivedCandidates,
  ReceivedDescription,
  Welcome,
} from './server.ts';

/** What its pages say in `hello`. */
export const FIRST_VERSION = 1;

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

/** Ends the call: before anybody accepted it is a cancellation. */
const HangUp = v.object({ type: v.literal('hang-up'), call: CallId });

export const FirstClientMessage = v.variant('type', [
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
export type FirstClientMessage = v.InferOutput<typeof FirstClientMessage>;

/** The call exists and rings at the other side. `member` is the caller's own place in it. */
const Ringing = v.object({ type: v.literal('ringing'), key: v.string(), call: CallId, member: MemberId });

/**
 * The call is on. `member` is one's own place, `peer` the other's. `answeredAt` counts in ms since 1970 by the server's
 * clock, `elapsed` in ms since then, for pages whose clock is another.
 * For the caller `description` is the answer, if it came with the accept. For the callee it is the caller's
 * newest offer, in case it is another than the page was served with. `key` is that of one's own ring.
 */
const Accepted = v.object({
  type: v.literal('accepted'),
  call: CallId,
  key: v.optional(v.string()),
  member: MemberId,
  peer: Peer,
  answeredAt: v.number(),
  elapsed: v.number(),
  description: v.optional(Description),
  candidates: Candidates,
});

/** One's place, `member`, is resumed. `peer`, `answeredAt` and `elapsed` are missing while the call is still ringing. */
const Resumed = v.object({
  type: v.literal('resumed'),
  call: CallId,
  member: MemberId,
  state: v.picklist(['ringing', 'active']),
  answeredAt: v.optional(v.number()),
  elapsed: v.optional(v.number()),
  peer: v.optional(Peer),
});

/**
 * The other side's socket closed or came back; the call itself continues (its media don't go through the server).
 * `fresh` as in `resume`: the other side has lost its peer connection. `left` says that it left on purpose, as when
 * its page is closed.
 */
const PeerSocket = v.object({
  type: v.literal('peer'),
  call: CallId,
  member: MemberId,
  connected: v.boolean(),
  fresh: v.boolean(),
  left: v.optional(v.boolean()),
});

export const FirstServerMessage = v.variant('type', [
  Welcome,
  Ringing,
  Incoming,
  Accepted,
  Ended,
  ReceivedDescription,
  ReceivedCandidates,
  OfferRequested,
  Resumed,
  PeerSocket,
  Missed,
  Ice,
  Pong,
  ProtocolError,
]);
export type FirstServerMessage = v.InferOutput<typeof FirstServerMessage>;
