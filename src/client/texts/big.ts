/** Which texts the server shows as pictures: a few emoji and nothing else (language/graphemes.ts has the rules). */

const EMOJI =
  /^(?!.*\ufe0e)(?:\p{Emoji_Presentation}|(?![©®™])(?=\p{So})\p{Extended_Pictographic}|\p{Extended_Pictographic}(?=[\ufe0f\p{Emoji_Modifier}]|\u200d)|\p{Regional_Indicator}{2}|[\d#*]\ufe0f?\u20e3)/u;
const MOST = 3;
/** Code units of so many of the longest there are. */
const LONGEST = 120;

/** Whether a text is one of them. Where a browser can't tell characters apart, none is. */
export function isBig(text: string): boolean {
  const joined = text.replace(/\s+/g, '');
  if (joined.length > LONGEST || !('Segmenter' in Intl)) return false;
  const graphemes = [...new Intl.Segmenter('en').segment(joined)];
  return graphemes.length <= MOST && graphemes.every(({ segment }) => EMOJI.test(segment));
}
