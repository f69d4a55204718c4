/**
 * Who is signed in, and on which devices. The only file that knows lucia: its maintainer has discontinued it, and
 * its replacement will go in here.
 */
import { Lucia, TimeSpan } from 'lucia';
import type { Background } from '../background/background.ts';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import { createSessionStore, hashSessionId, PasswordChangedError } from './session-store.ts';
import type { User } from './store.ts';

/** An old tablet that is used once a season shouldn't ask for a password. */
const LIFETIME = new TimeSpan(180, 'd');
/** "Last seen" in settings needs no better resolution, and each update is a commit. */
const SEEN_RESOLUTION = 5 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;

export type SignedIn = {
  user: User;
  /** The stored (hashed) id of the session. */
  session: string;
};

/** A device in settings. `id` is the stored (hashed) id; times are ms since 1970. */
export type Device = { id: string; userAgent: string; seenAt: number; createdAt: number };

/**
 * @param secure whether the cookie is limited to https
 * @param spare does writes that nobody would miss, so that reading needs none; without it, their failure is the caller's
 */
export function createSessions(
  database: Database,
  clock: Clock,
  events: Events,
  secure: boolean,
  spare: Background['spare'] = (_what, write) => void write(),
) {
  const store = createSessionStore(database, clock, spare);
  /** How many sockets were opened with each session. */
  const held = new Map<string, number>();
  /** Each tells which sessions it has to do with at this moment. */
  const watching: (() => string[])[] = [];
  const lucia = new Lucia(store.adapter, {
    sessionExpiresIn: LIFETIME,
    sessionCookie: {
      name: secure ? '__Host-porchlight' : 'porchlight',
      attributes: { sameSite: 'lax', secure, path: '/' },
    },
    getUserAttributes: (user) => ({ user }),
    getSessionAttributes: (attributes) => attributes,
  });

  /** Stops one session; `id` is hashed. */
  function end(id: string, userId: number): boolean {
    const ended = store.removeOwn(id, userId);
    if (ended) events.emit('session-ended', { session: id });
    return ended;
  }

  /** Announces the end of sessions that have expired, or that another process such as the command line has ended. */
  function noticeEnded(): void {
    const all = new Set([...held.keys(), ...watching.flatMap((sessions) => sessions())]);
    for (const session of all) if (!store.exists(session)) events.emit('session-ended', { session });
  }

  return {
    /**
     * Starts a session.
     * @param passwordHash what the password was checked against
     * @returns the value of a Set-Cookie header; `undefined` where the password has changed since it was checked
     */
    async start(userId: number, userAgent: string, passwordHash: string): Promise<string | undefined> {
      const now = clock.now();
      try {
        const session = await lucia.createSession(userId, {
          createdAt: now,
          seenAt: now,
          userAgent: userAgent.slice(0, 300),
          passwordHash,
        });
        return lucia.createSessionCookie(session.id).serialize();
      } catch (error) {
        if (error instanceof PasswordChangedError) return undefined;
        throw error;
      }
    },

    /** Whether a session is still valid: to be asked again after anything slow. `id` is hashed. */
    isOpen: (id: string): boolean => store.isOpen(id, clock.now()),

    /**
     * Reads a Cookie header. `renewed` is a Set-Cookie value, present if the session was extended.
     */
    async read(cookies: string): Promise<{ signedIn: SignedIn; renewed?: string } | undefined> {
      const id = lucia.readSessionCookie(cookies);
      if (!id) return undefined;
      const { session, user } = await lucia.validateSession(id);
      if (!session) return undefined;
      const hashed = hashSessionId(id);
      const now = clock.now();
      if (Math.abs(now - session.seenAt) > SEEN_RESOLUTION)
        spare('noting when a device was seen', () => store.see(hashed, now));
      const signedIn = { user: user.user, session: hashed };
      return session.fresh ? { signedIn, renewed: lucia.createSessionCookie(id).serialize() } : { signedIn };
    },

    /** Whether a Cookie header names a session, valid or not. */
    isBrought: (cookies: string): boolean => Boolean(lucia.readSessionCookie(cookies)),

    /** A Set-Cookie value that forgets the session in the browser. */
    blankCookie: () => lucia.createBlankSessionCookie().serialize(),

    devices: (userId: number): Device[] => store.ofUser(userId),

    end,

    /**
     * Ends all sessions of a person, but for `except`.
     * @param change what has to happen in the same transaction; if it returns false, nothing is ended
     */
    endAll(userId: number, except?: string, change: () => boolean = () => true): boolean {
      const ended = store.transaction(() => (change() ? store.endOf(userId, except) : undefined));
      // Only once it is on disk: listeners close sockets and leave calls.
      for (const session of ended ?? []) events.emit('session-ended', { session });
      return ended !== undefined;
    },

    /** A socket was opened with this session; call the returned function when it has closed. */
    hold(session: string): () => void {
      held.set(session, (held.get(session) ?? 0) + 1);
      return () => {
        const left = (held.get(session) ?? 1) - 1;
        if (left > 0) held.set(session, left);
        else held.delete(session);
      };
    },

    /** The end of these sessions is announced also while no socket is open with them, and if it came before the start. */
    watch: (sessions: () => string[]): void => void watching.push(sessions),

    noticeEnded,

    /**
     * Removes sessions that have run out, now and once a day.
     * @returns ends it
     */
    forgetExpired(): () => void {
      let takeBack = () => {};
      const forget = () => {
        takeBack = clock.at(clock.now() + DAY, forget);
        spare('removing sessions that have run out', () => {
          store.removeExpired(clock.now());
          noticeEnded();
        });
      };
      forget();
      return () => takeBack();
    },
  };
}

export type Sessions = ReturnType<typeof createSessions>;

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<{ createdAt: number; seenAt: number; userAgent: string }, { user: User }>;
  }
}
