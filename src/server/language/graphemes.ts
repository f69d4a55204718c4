/** Texts as people count them: by what they see as one character, however many code points it takes (Unicode TR29). */

// The rules are the same in every language that we know the words of.
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Emoji by how they are drawn (Unicode TR51): with colours of their own, by a variation selector, skin or joiner
 * behind them, as a flag, or as a keycap. Pictures that text draws in ink (©, ™) and ones that ask for ink (U+FE0E)
 * are none.
 */
const EMOJI =
  /^(?!.*\ufe0e)(?:\p{Emoji_Presentation}|(?![©®™])(?=\p{So})\p{Extended_Pictographic}|\p{Extended_Pictographic}(?=[\ufe0f\p{Emoji_Modifier}]|\u200d)|\p{Regional_Indicator}{2}|[\d#*]\ufe0f?\u20e3)/u;

/** Code units of the longest emoji there is, a couple with two skins, with some to spare. */
const LONGEST_EMOJI = 40;

const isEmoji = (grapheme: string): boolean => EMOJI.test(grapheme);

/**
 * How many emoji a text is made of.
 * @returns 0 where it has anything else in it beside spaces, or more than `most`
 */
export function emojiCount(text: string, most: number): number {
  const joined = text.replace(/\s+/g, '');
  if (joined.length > most * LONGEST_EMOJI) return 0;
  const graphemes = [...segmenter.segment(joined)];
  return graphemes.length <= most && graphemes.every(({ segment }) => isEmoji(segment))
    ? graphemes.length
    : 0;
}

/** Upper case where that is one character still: "ß" has none, and "SS" isn't the same letter. */
function capital(grapheme: string): string {
  const upper = grapheme.toUpperCase();
  return [...upper].length === [...grapheme].length ? upper : grapheme;
}

/** The short form of a name in a small circle: its first letter, digit or emoji. */
export function initialOf(name: string): string {
  let first: string | undefined;
  for (const { segment } of segmenter.segment(name.trim())) {
    if (/^[\p{L}\p{N}]/u.test(segment) || isEmoji(segment)) return capital(segment);
    first ??= segment;
  }
  return first ?? '?';
}

/** The start of a text, at most so many code units, cut between characters. */
export function startOf(text: string, most: number): string {
  if (text.length <= most) return text;
  // A few units more, so that the character at the cut is complete; only a contrived one is longer.
  const segment = segmenter.segment(text.slice(0, most + LONGEST_EMOJI)).containing(most);
  return text.slice(0, segment?.index ?? most);
}
