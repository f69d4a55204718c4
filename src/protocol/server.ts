/** The server's messages to a call page. Each is addressed to one device; nothing is broadcast. */
import * as v from 'valibot';
import {
  CallId,
  Candidates,
  ChatId,
  Description,
  Fragment,
  IceConfiguration,
  Invited,
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
  'not-allowed', // no longer friends, or blocked; or no longer in the group
  'answered-elsewhere', // another device of the same person was faster
  'ended', // the call is over
  'full', // as many are in the call as there may be
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

export const Welcome = v.object({ type: v.literal('welcome'), version: v.number() });

/** A call comes in while a call page without a call is open. `group` is the name of the group that is rung. */
export const Incoming = v.object({
  type: v.literal('incoming'),
  call: CallId,
  chat: ChatId,
  name: v.string(),
  group: v.optional(v.string()),
  media: Media,
  offer: v.optional(Description),
  candidates: Candidates,
  ice: IceConfiguration,
});

/**
 * One has a place in the call, or has it again: `member`. `peers` are the others who are in it; `away`: their page has no
 * socket at this moment. In a group a page that has come in offers to each of them; of two people it answers. `answeredAt`, when
 * there were two for the first time, counts in ms since 1970 by the server's clock, `elapsed` in ms since then, for pages
 * whose clock is another. `invited`, in a group, are those who were rung and aren't in it.
 * `description` and `candidates`, in a call of two, are the caller's newest, in case the page was served with others.
 */
const Joined = v.object({
  type: v.literal('joined'),
  call: CallId,
  key: v.optional(v.string()),
  member: MemberId,
  /** How media go: from each to each. */
  topology: v.literal('mesh'),
  peers: v.array(v.object({ ...Peer.entries, away: v.boolean() })),
  answeredAt: v.optional(v.number()),
  elapsed: v.optional(v.number()),
  invited: v.optional(v.array(Invited)),
  description: v.optional(Description),
  candidates: Candidates,
});

/**
 * A call of two goes on in that of a group, since somebody was added. This page has its place there: it opens that call as
 * one that was loaded again.
 */
const Moved = v.object({ type: v.literal('moved'), call: CallId, to: CallId, chat: ChatId });

/** Who of those who were rung still is, or has declined, or didn't come: once more with each change. */
const InvitedNow = v.object({ type: v.literal('invited'), call: CallId, people: v.array(Invited) });

/** `key` is that of one's own ring: the caller may not know yet which call it led to. */
export const Ended = v.object({
  type: v.literal('ended'),
  call: CallId,
  key: v.optional(v.string()),
  reason: EndReason,
  /** Whole seconds from accept to end; 0 when nobody accepted. */
  seconds: v.number(),
});

export const ReceivedDescription = v.object({
  type: v.literal('description'),
  call: CallId,
  from: MemberId,
  description: Description,
});

export const ReceivedCandidates = v.object({
  type: v.literal('candidates'),
  call: CallId,
  from: MemberId,
  candidates: Candidates,
});

export const OfferRequested = v.object({
  type: v.literal('request-offer'),
  call: CallId,
  from: MemberId,
  fragment: Fragment,
});

/** What has happened to somebody else's place: see `Peer`. */
const PeerEvent = v.picklist([
  'joined', // they have come in, and in a group will offer; of two, `description` is the answer to one's own offer
  'left', // for good
  'away', // their socket closed; the call itself continues, because its media don't go through the server
  'back', // it is open again
  'fresh', // their page was loaded again, or it is another device: they have no peer connection, and will offer
]);

/** `closing`, with `away`: they left on purpose, as when their page is closed. */
const PeerNow = v.object({
  type: v.literal('peer'),
  call: CallId,
  event: PeerEvent,
  peer: Peer,
  answeredAt: v.optional(v.number()),
  elapsed: v.optional(v.number()),
  closing: v.optional(v.boolean()),
  description: v.optional(Description),
});

/** Someone called while this person was in a call, and was told that they are busy. */
export const Missed = v.object({ type: v.literal('missed'), name: v.string(), media: Media });

export const Ice = v.object({ type: v.literal('ice'), call: CallId, ice: IceConfiguration });

export const Pong = v.object({ type: v.literal('pong') });

/** `about` repeats the type of the refused message, if it could be read. */
export const ProtocolError = v.object({
  type: v.literal('error'),
  code: ErrorCode,
  about: v.optional(v.string()),
  call: v.optional(CallId),
});

export const ServerMessage = v.variant('type', [
  Welcome,
  Incoming,
  Joined,
  InvitedNow,
  Moved,
  Ended,
  ReceivedDescription,
  ReceivedCandidates,
  OfferRequested,
  PeerNow,
  Missed,
  Ice,
  Pong,
  ProtocolError,
]);
export type ServerMessage = v.InferOutput<typeof ServerMessage>;
export type ErrorCode = v.InferOutput<typeof ErrorCode>;
export type EndReason = v.InferOutput<typeof EndReason>;
