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
  /** With whom: the other person's display name, or the group's. */
  title: v.string(),
  isGroup: v.boolean(),
  ice: IceConfiguration,
  /** Every word the script shows, in the reader's language, by key. */
  words: v.record(v.string(), v.string()),
  /** False if another site, a mail or a bookmark led to the page: it starts nothing unasked. */
  fromHere: v.boolean(),
};

/** This page is to ring the others, or to begin a group's call without ringing. */
const Outgoing = v.object({ ...Common, role: v.literal('caller'), key: DeviceId, quiet: v.boolean() });

/** This page was opened with Accept, and of two people carries the caller's offer. */
const Incoming = v.object({
  ...Common,
  role: v.literal('callee'),
  call: CallId,
  offer: v.optional(Description),
  candidates: Candidates,
});

/** A group's call is on, and this page is to walk into it. */
const Joining = v.object({ ...Common, role: v.literal('joining'), call: CallId });

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
  /** Where this person is in it, from whatever device. */
  place: MemberId,
  /** The place of this browser, if another tab of it has the call, or had it last: this page takes it over. */
  member: v.optional(MemberId),
});

export const CallPageData = v.variant('role', [Outgoing, Incoming, Joining, Returning]);
export type CallPageData = v.InferOutput<typeof CallPageData>;
