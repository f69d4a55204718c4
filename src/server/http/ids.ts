/** Ids as they come in addresses and forms. */
import * as v from 'valibot';

/** A posted or linked id; anything that isn't one is 0, an id that nothing has. */
export const idFrom = (text: unknown): number =>
  typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;

/**
 * What a form that sends a message makes up, and repeats with each try. The colon is kept for keys of the server's
 * own, so no form can take them.
 */
export const SendKey = v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/, 'errors.badRequest'));
