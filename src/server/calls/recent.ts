/** How often somebody has done something of late: what each of their acts costs everybody else is bounded by it. */
import type { Clock } from '../clock.ts';
import { protocolError } from './protocol-error.ts';

/** @param within ms @returns counts one more for a person, and throws too-many for one too many within that time */
export function createRecent(clock: Pick<Clock, 'monotonic'>, most: number, within: number) {
  const moments = new Map<number, number[]>();
  return (user: number): void => {
    const now = clock.monotonic();
    const recent = (moments.get(user) ?? []).filter((moment) => moment > now - within);
    if (recent.length >= most) throw protocolError('too-many');
    moments.set(user, [...recent, now]);
  };
}
