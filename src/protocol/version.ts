/** The versions of the signalling protocol. docs/protocol.md explains them in prose. */

/**
 * 1: a call of two. 2: a call of any number. Raised with each change that a client has to know of.
 */
export const PROTOCOL_VERSION = 2;

/**
 * The oldest version that the server still understands. A page that was open through an update speaks its own, so this
 * is raised only when a change leaves no way to serve it.
 */
export const OLDEST_VERSION = 1;

/** The newest of these versions that the server can serve a client in. */
export const bestOf = (versions: number[]): number | undefined =>
  versions
    .filter((version) => version >= OLDEST_VERSION && version <= PROTOCOL_VERSION)
    .sort((a, b) => b - a)
    .at(0);
