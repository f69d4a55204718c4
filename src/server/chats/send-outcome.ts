/** The outcome of a form: of its text, or of each of its files. */
import { cleanName } from '../files/names.ts';
import { listOf } from '../language/lists.ts';
import type { Reader } from '../language/reader.ts';

/** `refused` is a key of locales/*.json. */
export type Refused = { refused: string; status: number; file?: string };
export type Outcome = { sent: number } | Refused;

/** A sentence for the person, and which files it is about where there were several. */
export type SendError = { words: string; names: string | undefined };

/** What to say: for each reason once, in the order of the files. */
export function errorsOf(outcomes: Outcome[], { locale, t }: Reader): SendError[] {
  const byWords = new Map<string, string[]>();
  for (const outcome of outcomes) {
    if ('sent' in outcome) continue;
    const names = byWords.get(outcome.refused) ?? [];
    if (outcome.file !== undefined) names.push(cleanName(outcome.file) || t('files.unnamed'));
    byWords.set(outcome.refused, names);
  }
  return [...byWords].map(([words, names]) => ({
    words,
    names: outcomes.length > 1 ? listOf(locale, names) : undefined,
  }));
}
