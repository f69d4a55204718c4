/** What the server writes into the call page for its script, as `<script type="application/json" id="call-data">`. */
import * as v from 'valibot';
import {
  CallId,
  Candidates,
  ChatId,
  Description,
  DeviceId,
  IceConfiguration,
  Media,
  MemberId,
} from './common.ts';

const Common = {
  chat: ChatId,
  media: Media,
  /** Whose page it is. */
  me: v.object({ id: v.number(), name: v.string() }),
  /** The other person's display name. */
  peerName: v.string(),
  ice: IceConfiguration,
  /** Every word the script shows, in the reader's language, by key. */
  words: v.record(v.string(), v.string()),
  /** False if another site, a mail or a bookmark led to the page: it starts nothing unasked. */
  fromHere: v.boolean(),
};

/** `call`: this page is to ring the other side. */
const Outgoing = v.object({ ...Common, role: v.literal('caller'), key: DeviceId });

/** `accept`: this page was opened by the callee with Accept, and carries the caller's offer. */
const Incoming = v.object({
  ...Common,
  role: v.literal('callee'),
  call: CallId,
  offer: v.optional(Description),
  candidates: Candidates,
});

/**
 * The page of an active call was opened again. In the same tab the script has kept its member id (sessionStorage); it
 * resumes its place and negotiates afresh.
 */
const Returning = v.object({
  ...Common,
  role: v.literal('returning'),
  call: CallId,
  /** Missing while it is still ringing: the caller's page was reloaded. */
  answeredAt: v.optional(v.number()),
  /** The place of this browser, if another tab of it has the call, or had it last: this page takes it over. */
  member: v.optional(MemberId),
});

export const CallPageData = v.variant('role', [Outgoing, Incoming, Returning]);
export type CallPageData = v.InferOutput<typeof CallPageData>;
