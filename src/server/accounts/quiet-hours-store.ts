/** All SQL of quiet hours. */
import type { Database } from '../database/database.ts';
import type { QuietHours } from './quiet-hours.ts';

type Row = { user_id: number; starts: number; ends: number; zone: string; calls_ring: number };

// Whoever has chosen a time zone since lives by that one.
const COLUMNS = `user_id, starts, ends, COALESCE(users.time_zone, quiet_hours.time_zone) AS zone, calls_ring
  FROM quiet_hours JOIN users ON users.id = user_id`;

const toHours = ({ starts, ends, zone, calls_ring }: Row): QuietHours => ({
  ...{ starts, ends, timeZone: zone, callsRing: calls_ring === 1 },
});

export function createQuietHoursStore(database: Database) {
  const byUser = database.prepare<[number], Row>(`SELECT ${COLUMNS} WHERE user_id = ?`);
  const everyone = database.prepare<[], number>('SELECT user_id FROM quiet_hours ORDER BY user_id').pluck();
  const put = database.prepare<Record<string, string | number>>(
    `INSERT OR REPLACE INTO quiet_hours (user_id, starts, ends, time_zone, calls_ring)
     VALUES (:user, :starts, :ends, :timeZone, :callsRing)`,
  );
  const remove = database.prepare<[number]>('DELETE FROM quiet_hours WHERE user_id = ?');

  return {
    of(user: number): QuietHours | undefined {
      const row = byUser.get(user);
      return row && toHours(row);
    },
    /** Who has any. */
    everyone: (): number[] => everyone.all(),
    /** @param hours none for none */
    set(user: number, hours: QuietHours | undefined): void {
      if (hours) put.run({ user, ...hours, callsRing: hours.callsRing ? 1 : 0 });
      else remove.run(user);
    },
  };
}

export type QuietHoursStore = ReturnType<typeof createQuietHoursStore>;
