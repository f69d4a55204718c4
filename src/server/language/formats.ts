/** Dates and times as a reader's conventions want them. */
import { createBoundedCache } from '../bounded-cache.ts';
import type { Conventions } from './region.ts';

export type Formatters = {
  time: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  dayKey: Intl.DateTimeFormat;
  shortDay: Intl.DateTimeFormat;
  dayOfYear: Intl.DateTimeFormat;
  weekday: Intl.DateTimeFormat;
  shortWeekday: Intl.DateTimeFormat;
  moment: Intl.DateTimeFormat;
};

/** Conventions times zones that are in use at once; a family needs a handful. */
const MOST_FORMATTERS = 64;
// Creating a formatter takes a hundred times longer than using it.
const formatters = createBoundedCache<string, Formatters>(MOST_FORMATTERS);

function makeFormatters({ tag, hourCycle }: Conventions, timeZone: string): Formatters {
  // Not by timeStyle: with another clock than the region's own it writes "04:34 pm".
  const clock = { hour: hourCycle === 'h12' ? 'numeric' : '2-digit', minute: '2-digit', hourCycle } as const;
  const date = { day: 'numeric', month: 'short' } as const;
  return {
    time: new Intl.DateTimeFormat(tag, { ...clock, timeZone }),
    day: new Intl.DateTimeFormat(tag, { dateStyle: 'full', timeZone }),
    dayKey: new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone }),
    shortDay: new Intl.DateTimeFormat(tag, { ...date, timeZone }),
    dayOfYear: new Intl.DateTimeFormat(tag, { ...date, year: 'numeric', timeZone }),
    weekday: new Intl.DateTimeFormat(tag, { weekday: 'long', timeZone }),
    shortWeekday: new Intl.DateTimeFormat(tag, { weekday: 'short', timeZone }),
    moment: new Intl.DateTimeFormat(tag, { ...date, year: 'numeric', ...clock, timeZone }),
  };
}

/**
 * Formatters for a reader; `dayKey` gives a day as a comparable text.
 * @param timeZone as `canonicalZone` names it
 */
export const formatsFor = (conventions: Conventions, timeZone: string): Formatters =>
  formatters.remember(`${conventions.tag} ${conventions.hourCycle} ${timeZone}`, () =>
    makeFormatters(conventions, timeZone),
  );
