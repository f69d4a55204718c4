/** What a name says about where it is known. */

/** Endings of names that are only found in a house (RFC 6762, RFC 8375, RFC 6761). */
export const HOUSE_ENDINGS: readonly string[] = ['local', 'home.arpa', 'localhost'];

/**
 * Whether a name is a single label, as host names mostly are. The web has endings of all kinds, and who vouches for `tv`
 * vouches for every name that ends in `.tv` (RFC 5280 §4.2.1.10).
 */
export const isBareName = (name: string): boolean =>
  !name.replace(/\.$/, '').includes('.') && !HOUSE_ENDINGS.includes(name);
