/** File names as people give them, made harmless. They are shown and offered for saving, never used as a path. */
import { hasVisible } from '../language/visible-text.ts';

/** Bytes of UTF-8: file systems take 255, and browsers add " (1)". */
const LONGEST = 200;
/** Characters of what counts as an extension, with its dot. */
const LONGEST_EXTENSION = 12;

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** The longest start of a text that fits, cut between characters. */
function cut(text: string, bytes: number): string {
  let result = '';
  let left = bytes;
  for (const character of text) {
    left -= bytesOf(character);
    if (left < 0) break;
    result += character;
  }
  return result;
}

/**
 * The last part of a path, without what hides or reorders text (Unicode TR36, bidirectional overrides) and
 * what file systems refuse. The extension survives shortening.
 * @returns '' where nothing is left
 */
export function cleanName(given: string): string {
  const name = (given.toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '')
    // Joiners (U+200C, U+200D) stay: words of some scripts and many emoji need them.
    .replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu, '')
    .replace(/[\s\p{Z}]+/gu, ' ')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[. ]+|(?<![. ])[. ]+$/g, '');
  if (!hasVisible(name)) return '';
  if (bytesOf(name) <= LONGEST) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= LONGEST_EXTENSION ? name.slice(dot) : '';
  return (
    cut(name.slice(0, name.length - extension.length), LONGEST - bytesOf(extension)).trimEnd() + extension
  );
}
