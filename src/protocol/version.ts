/** The version of the signalling protocol. docs/protocol.md explains it in prose. */

/** What a client sends in its first message. Raised with each change that a client has to know of. */
export const PROTOCOL_VERSION = 1;

/**
 * The oldest version that the server still understands. A page that was open through an update speaks its own, so this
 * is raised only when a change leaves no way to serve it.
 */
export const OLDEST_VERSION = 1;

/** Whether the server can serve a client of that version. */
export const isUnderstood = (version: number): boolean =>
  version >= OLDEST_VERSION && version <= PROTOCOL_VERSION;
