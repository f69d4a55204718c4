/** Ids as they arrive in addresses and forms. */
import * as v from 'valibot';

/** A posted or linked id; anything that isn't one is 0, an id that nothing has. */
export const idFrom = (text: unknown): number =>
  typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;

/** The ids of the boxes that were ticked: one is sent as a text, several as a list. */
export const Ids = v.pipe(
  v.optional(v.union([v.string(), v.array(v.string())]), []),
  v.transform((given) => [given].flat().map(idFrom)),
);

/**
 * A form that sends a message makes this up, and repeats it at each try. The colon is reserved for the server's own
 * keys, so no form can use those.
 */
export const SendKey = v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/, 'errors.badRequest'));
