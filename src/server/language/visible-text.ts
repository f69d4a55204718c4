/** Whether a text is visible. Checked for every name and text that people enter. */

/**
 * What shows nothing: spaces, controls, characters that are made to be ignored (Unicode's
 * Default_Ignorable_Code_Point: joiners, fillers of Hangul, variation selectors), and two that are drawn as
 * nothing without being called so, the empty Braille cell and the empty note head. A mark alone has nothing to sit on.
 */
const INVISIBLE = /[\p{Z}\p{Cc}\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/gu;

/**
 * Of those, what a word may need in its middle: the joiners of Persian and of emoji (U+200C, U+200D), what chooses
 * between forms of a character, and the letters of a flag such as Scotland's.
 */
const NEEDED =
  /\u200c|\u200d|[\u180b-\u180d]|\u180f|[\ufe00-\ufe0f]|[\u{e0020}-\u{e007f}]|[\u{e0100}-\u{e01ef}]/u;

/** A joiner with nothing to join would be one more way to write the same name. */
const LOOSE_JOINER =
  /(?<=^|[\s\p{N}\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Han}])[\u200c\u200d]+|(?<![\u200c\u200d])[\u200c\u200d]+$/gu;

const IGNORABLE = /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/gu;

/** Whether something is left to be seen of a text. */
export const hasVisible = (text: string): boolean => text.replace(INVISIBLE, '') !== '';

/** The text as it was, or '' if none of it is visible. */
export const visibleOrEmpty = (text: string): string => (hasVisible(text) ? text : '');

/**
 * A name without invisible characters and those that change its direction: names that differ only in those would look
 * the same.
 * @returns '' where nothing is left to be seen
 */
export const cleanLabel = (name: string): string =>
  visibleOrEmpty(
    name
      .toWellFormed()
      .replace(IGNORABLE, (character) => (NEEDED.test(character) ? character : ''))
      .replace(/[\s\p{Z}]+/gu, ' ')
      .trim()
      .replace(LOOSE_JOINER, ''),
  );
