/** What was found, in words. */
import type { Reader } from '../language/reader.ts';
import type { Finding } from './findings.ts';

/** @returns what was seen and, where something is the matter, what to do about it */
export function sentenceFor({ code, values }: Finding, { t, size }: Pick<Reader, 't' | 'size'>): string {
  const { bytes } = values;
  return t(`doctor.found.${code}`, typeof bytes === 'number' ? { ...values, bytes: size(bytes) } : values);
}
