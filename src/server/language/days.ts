/** Days as people name them: today, yesterday, by weekday within a week, and by their date before that. */
import type { Formatters } from './formats.ts';
import type { Translate } from './locale.ts';

const DAY = 24 * 60 * 60 * 1000;
/** A weekday names one of the last seven days, today among them. */
const WEEK = 7;

/** Whole days from one to the other, both as `dayKey` gives them; negative for a day that is still to come. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY);

export type DayNames = {
  /** "Today", "Yesterday", "Sunday", "Sunday, 15 November 2026" */
  dayName(moment: number, now: number): string;
  /** "14:05" of today, "Yesterday", "Sun", "15 Nov", and with its year where that is another. */
  when(moment: number, now: number): string;
};

export function dayNames(formats: Formatters, t: Translate): DayNames {
  const age = (moment: number, now: number) =>
    daysBetween(formats.dayKey.format(moment), formats.dayKey.format(now));

  return {
    dayName(moment, now) {
      const days = age(moment, now);
      if (days === 0) return t('dates.today');
      if (days === 1) return t('dates.yesterday');
      return (days > 1 && days < WEEK ? formats.weekday : formats.day).format(moment);
    },

    when(moment, now) {
      const days = age(moment, now);
      if (days === 0) return formats.time.format(moment);
      if (days === 1) return t('dates.yesterday');
      if (days > 1 && days < WEEK) return formats.shortWeekday.format(moment);
      const year = (at: number) => formats.dayKey.format(at).slice(0, 4);
      return (year(moment) === year(now) ? formats.shortDay : formats.dayOfYear).format(moment);
    },
  };
}
