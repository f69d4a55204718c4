/** Small mistakes in SQL: what somebody might have written instead, and a test should notice. */

export type Change = { start: number; end: number; text: string };

const IS_SQL = /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|ORDER BY)\b/;

/** Whether a string of the program is SQL, which is written with capital keywords here. */
export const isSql = (text: string): boolean => IS_SQL.test(text);

/** What a condition ends with, at the depth of brackets at which it began. */
const ENDS_TERM = /^(?:AND|OR|ORDER BY|GROUP BY|LIMIT|RETURNING|WHERE|LEFT JOIN|JOIN)\b/;

/** Each comparison, and the one beside it; longer ones first. */
const COMPARISONS: [RegExp, string][] = [
  [/\bIS NOT NULL\b/, 'IS NULL'],
  [/\bIS NULL\b/, 'IS NOT NULL'],
  [/\bIS NOT\b/, 'IS'],
  [/<>/, '='],
  [/<=/, '<'],
  [/>=/, '>'],
  [/</, '<='],
  [/->>|>/, '>='],
  [/=/, '<>'],
];

/** Where the text from `from` on leaves its brackets, or meets what ends a condition; `text.length` where it doesn't. */
function endOfTerm(text: string, from: number, ends: RegExp): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') {
      depth -= 1;
      if (depth < 0) return at;
    }
    if (depth === 0 && /\s/.test(text[at - 1] ?? '') && ends.test(text.slice(at))) return at;
  }
  return text.length;
}

function* ofTerm(term: string, start: number): Generator<Change> {
  yield { start, end: start + term.length, text: `(${term} OR 1)` };
  const comparison = COMPARISONS.find(([pattern]) => pattern.test(term));
  const found = comparison?.[0].exec(term);
  if (!comparison || !found || found[0] === '->>') return;
  const at = start + found.index;
  yield { start: at, end: at + found[0].length, text: comparison[1] };
}

/**
 * Conditions that hold for every row or compare the other way, orders that are missing or turned round, other numbers.
 * @param isWhole false for a piece of a template that goes on: a condition at its end isn't all of one
 */
export function* sqlChanges(text: string, isWhole: boolean): Generator<Change> {
  for (const { 0: keyword, index } of text.matchAll(/\b(?:WHERE|AND)\s+/g)) {
    const start = index + keyword.length;
    const end = endOfTerm(text, start, ENDS_TERM);
    const term = text.slice(start, end).trimEnd();
    if (term !== '' && (isWhole || end < text.length)) yield* ofTerm(term, start);
  }
  for (const { index } of text.matchAll(/\bORDER BY\b/g)) {
    const end = endOfTerm(text, index, /^LIMIT\b/);
    if (isWhole || end < text.length) yield { start: index, end, text: '' };
  }
  for (const { 0: found, index } of text.matchAll(/ DESC\b/g))
    yield { start: index, end: index + found.length, text: '' };
  for (const { 0: found, index } of text.matchAll(/\b(?:MIN|MAX)(?=\()/g))
    yield { start: index, end: index + 3, text: found === 'MIN' ? 'MAX' : 'MIN' };
  for (const { 0: found, index } of text.matchAll(/\bLEFT (?=JOIN\b)/g))
    yield { start: index, end: index + found.length, text: '' };
  // What `SELECT 1` answers with is nobody's business.
  for (const { 0: found, index } of text.matchAll(/(?<!SELECT |[\w:.'])\d+\b/g))
    yield { start: index, end: index + found.length, text: `${Number(found) + 1}` };
}
