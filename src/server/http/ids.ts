/** Ids as they come in addresses and forms. */

/** A posted or linked id; anything that isn't one is 0, an id that nothing has. */
export const idFrom = (text: unknown): number =>
  typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
