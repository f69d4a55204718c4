/** The names under which this device keeps what its person hasn't sent yet, and what one tab has to know of another. */

/** A draft's name continues with the ids of the person, the chat, and the message that is being edited. */
export const DRAFT = 'porchlight.draft.';

/** A text on its way: its name continues with the ids of the person and the chat, its place in the order, and its key. */
export const UNSENT = 'porchlight.unsent.';

/** Where files are kept, and that there may be some: every page looks, and opens nothing without it. */
export const FILES = 'porchlight.files';
/** The value of `FILES` when they are to be removed: somebody has signed out. */
export const TO_FORGET = 'forget';

/** Set if part of a recording may be on this device; every page checks it, and looks no further without it. */
export const RECORDINGS = 'porchlight.recordings';

/** The id of the call whose ring was silenced. */
export const SILENCED = 'porchlight.silenced';

/** Where is kept what another app has shared, until its chat is chosen. */
export const SHARED = 'porchlight.shared';

/** The effects that were chosen, if any: the call page looks for it, and then sends nothing of the camera without them. */
export const EFFECTS = 'porchlight.effects';
/** The picture of one's own that stands behind one. */
export const EFFECTS_PICTURE = 'porchlight.effects.picture';

/** What is done about noise, if it isn't what the browser does by itself. */
export const NOISE = 'porchlight.noise';
