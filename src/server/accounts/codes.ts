/** Codes that go into links, and survive what becomes of links on their way. */
import { randomInt } from 'node:crypto';

/**
 * Small letters and digits that don't look alike. Nothing else: messengers leave a dash or an underscore at the end
 * out of the link.
 */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyz';

/** A code of that many characters, of five random bits each. */
export const makeCode = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/**
 * The code at the start of what came in a link, without the full stop, bracket or space that came along.
 * @returns '' where there is none
 */
export const codeIn = (given: unknown): string =>
  typeof given === 'string' ? (/^\s*([\w-]{1,64})(?![\w-])/.exec(given)?.[1] ?? '') : '';
