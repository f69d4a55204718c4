/** What the server tells a device's service worker by web push: JSON, encrypted for that device alone (RFC 8291). */
import * as v from 'valibot';

/** Paths within this server: whatever a notification leads to is a page of ours. */
const Path = v.pipe(v.string(), v.regex(/^\/(?!\/)/));

export const PushMessage = v.object({
  /** `over`: what was told under this tag is so no longer. */
  kind: v.picklist(['message', 'call', 'missed', 'over', 'test']),
  /** A notification takes the place of the one with the same tag. */
  tag: v.string(),
  /** A language, as `lang` names it. */
  lang: v.string(),
  title: v.string(),
  body: v.string(),
  /** The page that it leads to. */
  url: Path,
  /** When it happened, in ms since 1970. */
  at: v.number(),
  /** Chats with something new, for the app's icon; older servers don't say. */
  unread: v.optional(v.number()),
  /** Of what rings: which call, and the words of its two buttons. */
  call: v.optional(v.object({ id: v.string(), accept: v.string(), decline: v.string() })),
});
export type PushMessage = v.InferOutput<typeof PushMessage>;
