/** Ids as they arrive in addresses and forms. */
import * as v from 'valibot';

/** A posted or linked id; anything that isn't one is 0, an id that nothing has. */
export const idFrom = (text: unknown): number =>
  typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;

/**
 * A form that sends a message makes this up, and repeats it at each try. The colon is reserved for the server's own
 * keys, so no form can use those.
 */
export const SendKey = v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/, 'errors.badRequest'));
