/** The owner's form for storage limits. Empty fields mean no limit. */
import * as v from 'valibot';
import type { Limits } from '../files/store.ts';

/** As `size` of the reader shows it. */
const GIGABYTE = 1e9;
const MOST_GIGABYTES = 1_000_000;
const MOST_DAYS = 36_500;

const trimmed = v.pipe(v.optional(v.string(), ''), v.trim());

/** Gigabytes as typed, with point or comma, as bytes. */
const Gigabytes = v.pipe(
  trimmed,
  v.regex(/^(?:\d{1,7}(?:[.,]\d{1,3})?)?$/, 'files.errors.gigabytes'),
  v.transform((text) => (text === '' ? undefined : Number(text.replace(',', '.')))),
  v.check((value) => value === undefined || (value > 0 && value <= MOST_GIGABYTES), 'files.errors.gigabytes'),
  v.transform((value) => (value === undefined ? undefined : Math.round(value * GIGABYTE))),
);

const Days = v.pipe(
  trimmed,
  v.regex(/^\d{0,5}$/, 'files.errors.days'),
  v.transform((text) => (text === '' ? undefined : Number(text))),
  v.check((value) => value === undefined || (value > 0 && value <= MOST_DAYS), 'files.errors.days'),
);

export const LimitsForm = v.object({
  personBytes: Gigabytes,
  serverBytes: Gigabytes,
  retentionDays: Days,
});

/** The limits as the form shows them, to be typed over. */
export const typedLimits = ({ personBytes, serverBytes, retentionDays }: Limits): Record<string, string> => ({
  personBytes: personBytes === undefined ? '' : String(personBytes / GIGABYTE),
  serverBytes: serverBytes === undefined ? '' : String(serverBytes / GIGABYTE),
  retentionDays: retentionDays === undefined ? '' : String(retentionDays),
});
