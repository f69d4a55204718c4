/** Several names as one: "Anna, Ben, and Cleo". */
import type { Locale } from './locale.ts';

const formats = new Map<Locale, Intl.ListFormat>();

export function listOf(locale: Locale, names: string[]): string {
  const format = formats.get(locale) ?? new Intl.ListFormat(locale, { type: 'conjunction' });
  formats.set(locale, format);
  return format.format(names);
}
