/** Codes for links, robust against what messengers do to links. */
import { randomInt } from 'node:crypto';

/**
 * Lower-case letters and digits that don't look alike. Nothing else: messengers drop a dash or an underscore at the end
 * of a link.
 */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyz';

/** A code of that many characters, of five random bits each. */
export const makeCode = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/**
 * The code at the start of what a link contained, without a trailing full stop, bracket or space.
 * @returns '' where there is none
 */
export const codeIn = (given: unknown): string =>
  typeof given === 'string' ? (/^\s*([\w-]{1,64})(?![\w-])/.exec(given)?.[1] ?? '') : '';
