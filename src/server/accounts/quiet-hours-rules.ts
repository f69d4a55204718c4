/** Who isn't to be disturbed now, and for what. */

import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import { isDuring, type QuietHours } from './quiet-hours.ts';
import type { QuietHoursStore } from './quiet-hours-store.ts';

export function createQuietHours(store: QuietHoursStore, clock: Clock, events: Events) {
  return {
    of: store.of,
    everyone: store.everyone,

    /** Whether somebody isn't to be disturbed now. */
    isQuiet(user: number): boolean {
      const hours = store.of(user);
      return hours !== undefined && isDuring(hours, clock.now());
    },

    /** Whether not even calls may ring. */
    silencesCalls(user: number): boolean {
      const hours = store.of(user);
      return hours !== undefined && !hours.callsRing && isDuring(hours, clock.now());
    },

    /** They may live by other clocks now. */
    moved: (user: number): void => events.emit('quiet-hours-changed', { user }),

    /** @param hours none for none */
    set(user: number, hours: QuietHours | undefined): void {
      store.set(user, hours);
      events.emit('quiet-hours-changed', { user });
    },
  };
}

export type QuietHoursRules = ReturnType<typeof createQuietHours>;
