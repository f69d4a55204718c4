/** Dates and times as a reader's conventions want them. */
import { createBoundedCache } from '../bounded-cache.ts';
import type { Conventions } from './region.ts';

type Format = Pick<Intl.DateTimeFormat, 'format'>;

export type Formatters = {
  time: Format;
  day: Format;
  dayKey: Format;
  shortDay: Format;
  dayOfYear: Format;
  weekday: Format;
  shortWeekday: Format;
  moment: Format;
};

/** Creating one takes a hundred times longer than using it, so it is made when it is first used, and kept. */
function late(tag: string, options: Intl.DateTimeFormatOptions): Format {
  let made: Intl.DateTimeFormat | undefined;
  return {
    format(moment) {
      made ??= new Intl.DateTimeFormat(tag, options);
      return made.format(moment);
    },
  };
}

/** Conventions times zones that are in use at once; a family needs a handful. */
const MOST_FORMATTERS = 64;
const formatters = createBoundedCache<string, Formatters>(MOST_FORMATTERS);

function makeFormatters({ tag, hourCycle }: Conventions, timeZone: string): Formatters {
  // Not by timeStyle: with another clock than the region's own it writes "04:34 pm".
  const clock = { hour: hourCycle === 'h12' ? 'numeric' : '2-digit', minute: '2-digit', hourCycle } as const;
  const date = { day: 'numeric', month: 'short' } as const;
  return {
    time: late(tag, { ...clock, timeZone }),
    day: late(tag, { dateStyle: 'full', timeZone }),
    dayKey: late('en-CA', { dateStyle: 'short', timeZone }),
    shortDay: late(tag, { ...date, timeZone }),
    dayOfYear: late(tag, { ...date, year: 'numeric', timeZone }),
    weekday: late(tag, { weekday: 'long', timeZone }),
    shortWeekday: late(tag, { weekday: 'short', timeZone }),
    moment: late(tag, { ...date, year: 'numeric', ...clock, timeZone }),
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
