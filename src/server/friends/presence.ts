/**
 * The porch light: who has a live page open. Memory only. Someone moving from page to page, or with flaky
 * Wi-Fi, stays online for a moment.
 */

import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';

const GRACE = 5_000;

export function createPresence(clock: Clock, events: Events) {
  const pages = new Map<number, number>();
  const leaving = new Map<number, () => void>();
  /** The open pages of each browser, by its session. */
  const bySession = new Map<string, number>();

  return {
    isOnline: (user: number): boolean => pages.has(user) || leaving.has(user),

    /** Whether the browser with this session has a page open right now. */
    hasPage: (session: string): boolean => bySession.has(session),

    /** Whether anybody has a page open right now. */
    hasAnyPage: (): boolean => bySession.size > 0,

    opened(user: number, session: string): void {
      bySession.set(session, (bySession.get(session) ?? 0) + 1);
      const before = pages.get(user) ?? 0;
      pages.set(user, before + 1);
      const stay = leaving.get(user);
      leaving.delete(user);
      stay?.();
      if (before === 0 && !stay) events.emit('presence-changed', { user, online: true });
    },

    closed(user: number, session: string): void {
      const others = (bySession.get(session) ?? 1) - 1;
      if (others > 0) bySession.set(session, others);
      else bySession.delete(session);
      const left = (pages.get(user) ?? 1) - 1;
      if (left > 0) return void pages.set(user, left);
      pages.delete(user);
      const cancel = clock.at(clock.now() + GRACE, () => {
        leaving.delete(user);
        events.emit('presence-changed', { user, online: false });
      });
      leaving.set(user, cancel);
    },

    /** Forgets who was about to leave: nobody is told after the database has closed. */
    stop(): void {
      for (const cancel of leaving.values()) cancel();
      leaving.clear();
    },
  };
}

export type Presence = ReturnType<typeof createPresence>;
