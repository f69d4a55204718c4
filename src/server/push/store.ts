/** All SQL of push subscriptions. Each belongs to a session, and ends with it. */
import { timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { Subscription } from './subscription.ts';

/** Devices of one person; the one that was added first makes room. */
const MOST = 10;

export type Subscriber = Subscription & {
  /** The stored (hashed) id of its session. */
  session: string;
  /** Whether notifications there show what was written. */
  showsText: boolean;
  /** The browser's language. */
  locale: string;
};

type Row = {
  session_id: string;
  endpoint: string;
  p256dh: Buffer;
  auth: Buffer;
  shows_text: number;
  locale: string;
};

/** `taken`: it is another session's, and whoever sends it doesn't know its secret. `signed-out`: the session has ended. */
export type PutResult = 'kept' | 'taken' | 'signed-out';

const COLUMNS = 'session_id, endpoint, p256dh, auth, shows_text, locale';

const toSubscriber = (row: Row): Subscriber => ({
  ...{ session: row.session_id, endpoint: row.endpoint, p256dh: row.p256dh, auth: row.auth },
  ...{ showsText: row.shows_text === 1, locale: row.locale },
});

export function createSubscriptionStore(database: Database) {
  const userOf = database
    .prepare<[string, number], number>('SELECT user_id FROM sessions WHERE id = ? AND expires_at > ?')
    .pluck();
  const byEndpoint = database.prepare<[string], Row>(
    `SELECT ${COLUMNS} FROM push_subscriptions WHERE endpoint = ?`,
  );
  const bySession = database.prepare<[string], Row>(
    `SELECT ${COLUMNS} FROM push_subscriptions WHERE session_id = ?`,
  );
  const byOpenSession = database.prepare<[string, number], Row>(
    `SELECT ${COLUMNS} FROM push_subscriptions JOIN sessions ON sessions.id = session_id
     WHERE session_id = ? AND expires_at > ?`,
  );
  const byUser = database.prepare<[number, number], Row>(
    `SELECT ${COLUMNS} FROM push_subscriptions JOIN sessions ON sessions.id = session_id
     WHERE user_id = ? AND expires_at > ?`,
  );
  const removeEndpoint = database.prepare<[string]>('DELETE FROM push_subscriptions WHERE endpoint = ?');
  const put = database.prepare<Record<string, string | number | Buffer>>(
    `INSERT INTO push_subscriptions (session_id, endpoint, p256dh, auth, locale, created_at)
     VALUES (:session, :endpoint, :p256dh, :auth, :locale, :now)
     ON CONFLICT (session_id) DO UPDATE SET endpoint = excluded.endpoint, p256dh = excluded.p256dh,
       auth = excluded.auth, locale = excluded.locale, created_at = excluded.created_at`,
  );
  const removeOldest = database.prepare<{ user: number; most: number }>(
    `DELETE FROM push_subscriptions WHERE session_id IN (
       SELECT session_id FROM push_subscriptions JOIN sessions ON sessions.id = session_id
       WHERE user_id = :user ORDER BY push_subscriptions.created_at DESC, session_id LIMIT -1 OFFSET :most)`,
  );
  const remove = database.prepare<[string]>('DELETE FROM push_subscriptions WHERE session_id = ?');
  const setShowsText = database.prepare<[number, string]>(
    'UPDATE push_subscriptions SET shows_text = ? WHERE session_id = ?',
  );

  return {
    /** Keeps what a browser has sent as the one subscription of its session. */
    put(session: string, locale: string, subscription: Subscription, now: number): PutResult {
      const { endpoint, p256dh, auth } = subscription;
      const keep = database.transaction((): PutResult => {
        const user = userOf.get(session, now);
        if (user === undefined) return 'signed-out';
        const known = byEndpoint.get(endpoint);
        if (known && known.session_id !== session) {
          // Of somebody who was signed in with this browser before; only the browser itself has the secret.
          if (!timingSafeEqual(known.auth, auth)) return 'taken';
          removeEndpoint.run(endpoint);
        }
        put.run({ session, endpoint, p256dh, auth, locale, now });
        removeOldest.run({ user, most: MOST });
        return 'kept';
      });
      return keep.immediate();
    },
    ofSession(session: string): Subscriber | undefined {
      const row = bySession.get(session);
      return row && toSubscriber(row);
    },
    /** As `ofSession`, unless that has expired: for what waited meanwhile. */
    ofOpenSession(session: string, now: number): Subscriber | undefined {
      const row = byOpenSession.get(session, now);
      return row && toSubscriber(row);
    },
    /** Of the devices on which somebody is signed in. */
    ofUser: (user: number, now: number): Subscriber[] => byUser.all(user, now).map(toSubscriber),
    remove: (session: string) => void remove.run(session),
    /** Its push service knows it no longer. */
    removeEndpoint: (endpoint: string) => void removeEndpoint.run(endpoint),
    setShowsText: (session: string, showsText: boolean) => void setShowsText.run(showsText ? 1 : 0, session),
  };
}

export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>;
