/** The server's messages to a call page. Each is addressed to one device; nothing is broadcast. */
import * as v from 'valibot';
import {
  CallId,
  Candidates,
  ChatId,
  Description,
  Fragment,
  IceConfiguration,
  Media,
  MemberId,
  Peer,
} from './common.ts';

/** Stable codes: a client may rely on them, people never see them. */
export const ErrorCode = v.picklist([
  'bad-message', // not JSON, unknown type, or a field that is missing or misshapen
  'too-large', // the frame is over the limit; the socket closes
  'version', // another protocol version; the socket closes
  'out-of-turn', // well-formed, but not now: before hello, or in a state that doesn't take it
  'not-found', // no such call, chat or member for this person
  'not-allowed', // no longer friends, or blocked
  'answered-elsewhere', // another device of the same person was faster
  'ended', // the call is over
  'too-many', // more messages than a call page ever needs; wait and retry
  'internal', // our fault; it is in the log
]);

/** Why a call ended, the same words as in the database; the last only for one's other devices. */
export const EndReason = v.picklist([
  'hung-up',
  'declined',
  'cancelled',
  'busy',
  'missed',
  'failed',
  'answered-elsewhere',
]);

const Welcome = v.object({ type: v.literal('welcome'), version: v.number() });

/** The call exists and rings at the other side. `member` is the caller's own place in it. */
const Ringing = v.object({ type: v.literal('ringing'), key: v.string(), call: CallId, member: MemberId });

/** A call comes in while a call page without a call is open. */
const Incoming = v.object({
  type: v.literal('incoming'),
  call: CallId,
  chat: ChatId,
  name: v.string(),
  media: Media,
  offer: v.optional(Description),
  candidates: Candidates,
  ice: IceConfiguration,
});

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

/** `key` is that of one's own ring: the caller may not know yet which call it led to. */
const Ended = v.object({
  type: v.literal('ended'),
  call: CallId,
  key: v.optional(v.string()),
  reason: EndReason,
  /** Whole seconds from accept to end; 0 when nobody accepted. */
  seconds: v.number(),
});

const ReceivedDescription = v.object({
  type: v.literal('description'),
  call: CallId,
  from: MemberId,
  description: Description,
});

const ReceivedCandidates = v.object({
  type: v.literal('candidates'),
  call: CallId,
  from: MemberId,
  candidates: Candidates,
});

const OfferRequested = v.object({
  type: v.literal('request-offer'),
  call: CallId,
  from: MemberId,
  fragment: Fragment,
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

/** Someone called while this person was in a call, and was told that they are busy. */
const Missed = v.object({ type: v.literal('missed'), name: v.string(), media: Media });

const Ice = v.object({ type: v.literal('ice'), call: CallId, ice: IceConfiguration });

const Pong = v.object({ type: v.literal('pong') });

/** `about` repeats the type of the refused message, if it could be read. */
const ProtocolError = v.object({
  type: v.literal('error'),
  code: ErrorCode,
  about: v.optional(v.string()),
  call: v.optional(CallId),
});

export const ServerMessage = v.variant('type', [
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
export type ServerMessage = v.InferOutput<typeof ServerMessage>;
export type ErrorCode = v.InferOutput<typeof ErrorCode>;
export type EndReason = v.InferOutput<typeof EndReason>;
