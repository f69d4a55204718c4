/** Hours of the day in which a person doesn't want to be disturbed, and when they end. */
import { createBoundedCache } from '../bounded-cache.ts';

export type QuietHours = {
  /** Minutes since midnight. They may go on past it; the end isn't among them. */
  starts: number;
  ends: number;
  /** As `canonicalZone` names it. */
  timeZone: string;
  /** Whether calls ring all the same. */
  callsRing: boolean;
};

/** Minutes. */
const DAY = 24 * 60;
/** ms */
const MINUTE = 60_000;

/** Zones that people live in at once; a family needs a handful. */
const clocks = createBoundedCache<string, Intl.DateTimeFormat>(32);

/** Minutes since midnight, by the clocks of a time zone. */
function timeOfDay(moment: number, timeZone: string): number {
  const clock = clocks.remember(
    timeZone,
    () => new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' }),
  );
  const [hour = 0, minute = 0] = clock
    .formatToParts(moment)
    .filter(({ type }) => type === 'hour' || type === 'minute')
    .map(({ value }) => Number(value));
  return 60 * hour + minute;
}

/** From one time of day to the next other one, in minutes. */
const minutesTo = (from: number, to: number): number => (to - from + DAY) % DAY;

/** How long they are, in ms. */
export const lengthOf = ({ starts, ends }: QuietHours): number => minutesTo(starts, ends) * MINUTE;

export const isDuring = (hours: QuietHours, moment: number): boolean =>
  minutesTo(hours.starts, timeOfDay(moment, hours.timeZone)) * MINUTE < lengthOf(hours);

/** The next time after `moment` at which they end, in ms since 1970. */
export function endAfter({ ends, timeZone }: QuietHours, moment: number): number {
  const minute = moment - (moment % MINUTE);
  const end = minute + (minutesTo(timeOfDay(moment, timeZone), ends) || DAY) * MINUTE;
  // Clocks may be put forward or back before that.
  const late = ((timeOfDay(end, timeZone) - ends + DAY / 2 + DAY) % DAY) - DAY / 2;
  const corrected = end - late * MINUTE;
  return corrected > moment ? corrected : end;
}
