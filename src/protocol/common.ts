/** Shapes that both directions of the signalling protocol share. docs/protocol.md explains them in prose. */
import * as v from 'valibot';

/** Bytes of one frame. An SDP of an audio and two video sections is about 12 KB. */
export const MAX_FRAME_BYTES = 64 * 1024;

const MAX_SDP_LENGTH = 48 * 1024;
const MAX_CANDIDATES = 64;

/** 128 random bits in base64url. */
export const CallId = v.pipe(v.string(), v.regex(/^[\w-]{22}$/));

/** One device's place in one call, assigned by the server: 128 random bits in base64url. */
export const MemberId = v.pipe(v.string(), v.regex(/^[\w-]{22}$/));

/** Chosen by the tab and kept across a reload, so that two tabs of one person can be told apart. */
export const DeviceId = v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/));

export const ChatId = v.pipe(v.number(), v.integer(), v.minValue(1));

export const Media = v.picklist(['voice', 'video']);

/** An ICE username fragment (RFC 8839 §5.4). */
export const Fragment = v.pipe(v.string(), v.maxLength(256));

/**
 * RTCSessionDescriptionInit without the types that nothing here sends (W3C WebRTC §4.6). An answer names the offer that
 * it answers by that one's first username fragment: an offer that is repeated may be answered twice.
 */
export const Description = v.object({
  type: v.picklist(['offer', 'answer']),
  sdp: v.pipe(v.string(), v.maxLength(MAX_SDP_LENGTH)),
  answers: v.optional(Fragment),
});

/** RTCIceCandidateInit (W3C WebRTC §4.8.1). An empty `candidate` says that a generation has ended. */
const Candidate = v.object({
  candidate: v.pipe(v.string(), v.maxLength(1024)),
  sdpMid: v.nullish(v.pipe(v.string(), v.maxLength(64))),
  sdpMLineIndex: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0))),
  usernameFragment: v.nullish(Fragment),
});

export const Candidates = v.pipe(v.array(Candidate), v.maxLength(MAX_CANDIDATES));

/** RTCIceServer with the optional parts that TURN needs. */
const IceServer = v.object({
  urls: v.array(v.string()),
  username: v.optional(v.string()),
  credential: v.optional(v.string()),
});

/**
 * ICE servers for one call; `lifetime` is there when TURN credentials run out: in so many seconds, counted from receipt,
 * because devices' clocks are often wrong.
 */
export const IceConfiguration = v.object({
  iceServers: v.array(IceServer),
  lifetime: v.optional(v.number()),
});

/** Another device in the call, as a participant needs to know it. */
export const Peer = v.object({
  member: MemberId,
  user: v.number(),
  name: v.string(),
  /** Where their picture is: `/pictures/<this>`. */
  picture: v.optional(v.string()),
});

/** What has become of the people who were rung, as those who are in the call see it. */
export const Invited = v.object({
  user: v.number(),
  name: v.string(),
  state: v.picklist(['ringing', 'declined', 'busy', 'missed']),
});

export type Media = v.InferOutput<typeof Media>;
export type Description = v.InferOutput<typeof Description>;
export type Candidate = v.InferOutput<typeof Candidate>;
export type IceConfiguration = v.InferOutput<typeof IceConfiguration>;
export type Invited = v.InferOutput<typeof Invited>;
export type Peer = v.InferOutput<typeof Peer>;
