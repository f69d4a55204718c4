/** The names under which this device keeps what its person hasn't sent yet. */

/** A draft's name goes on with the person's id, the chat's, and the message's that is being changed. */
export const DRAFT = 'porchlight.draft.';

/** Where files are kept, and that there may be some: every page looks, and opens nothing without it. */
export const FILES = 'porchlight.files';
/** The value of `FILES` when they are to be removed: somebody has signed out. */
export const TO_FORGET = 'forget';

/** That part of a recording may lie on this device; every page looks, and asks nothing of the device without it. */
export const RECORDINGS = 'porchlight.recordings';
