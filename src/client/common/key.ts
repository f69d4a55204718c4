/** Keys by which the server recognises what it is sent twice. */

/** 128 random bits; `randomUUID` isn't there on plain http. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
