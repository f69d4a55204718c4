/** Everything a template needs to know about its reader. */
import { createBoundedCache } from '../bounded-cache.ts';
import { type DayNames, dayNames } from './days.ts';
import { formatsFor } from './formats.ts';
import { type Locale, type Translate, translator } from './locale.ts';
import { type Clock12Or24, type Conventions, conventionsFor } from './region.ts';

declare module 'fastify' {
  interface FastifyRequest {
    reader: Reader;
  }
}

export type Reader = DayNames & {
  /** Readers with the same key read the same. */
  key: string;
  locale: Locale;
  timeZone: string;
  /** By which a page's script writes a time as `time` does. */
  conventions: Conventions;
  t: Translate;
  /** Between two sentences: nothing in Chinese, whose marks bring it with them. */
  gap: string;
  /** "14:05" */
  time(moment: number): string;
  /** "Sunday, 22 November 2026" */
  day(moment: number): string;
  /** The day as a comparable text. */
  dayKey(moment: number): string;
  /** "22 Nov 2026, 14:05" */
  moment(moment: number): string;
  /** "1 hr, 2 min, 5 sec" without the parts that are zero */
  duration(seconds: number): string;
  /** "3.4 MB" */
  size(bytes: number): string;
};

function formatDuration(tag: string, seconds: number): string {
  const parts = {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
  };
  return Object.entries(parts)
    .filter(([unit, value]) => value > 0 || (unit === 'second' && seconds === 0))
    .map(([unit, value]) =>
      new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'short' }).format(value),
    )
    .join(' ');
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/** Powers of ten, as browsers and telephones count. */
function formatSize(tag: string, bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: SIZES[power] ?? 'byte',
    // "12 byte" would be the short form.
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value);
}

/** As many as there are formatters for. */
const MOST_READERS = 64;
const readers = createBoundedCache<string, Reader>(MOST_READERS);

function makeReader(key: string, locale: Locale, timeZone: string, conventions: Conventions): Reader {
  const formats = formatsFor(conventions, timeZone);
  const t = translator(locale);
  return {
    ...dayNames(formats, t),
    key,
    locale,
    timeZone,
    conventions,
    t,
    gap: t('call.sentences', { first: '', second: '' }),
    time: (moment) => formats.time.format(moment),
    day: (moment) => formats.day.format(moment),
    dayKey: (moment) => formats.dayKey.format(moment),
    moment: (moment) => formats.moment.format(moment),
    duration: (seconds) => formatDuration(conventions.tag, seconds),
    size: (bytes) => formatSize(conventions.tag, bytes),
  };
}

/** Where a reader lives and which clock they chose, as far as it is known. */
export type Habits = { region?: string | undefined; clock?: Clock12Or24 | undefined };

/**
 * One object for all readers with the same language, time zone and formats, so that rendered parts can be shared.
 * @param timeZone as `canonicalZone` names it
 */
export function readerFor(locale: Locale, timeZone: string, { region, clock }: Habits = {}): Reader {
  const conventions = conventionsFor(locale, region, clock);
  const key = [locale, conventions.tag, conventions.hourCycle, timeZone].join(' ');
  return readers.remember(key, () => makeReader(key, locale, timeZone, conventions));
}
