/** People, their passwords and sessions, and the one-time link of the first of them. */
import type { FastifyInstance } from 'fastify';
import type { Background } from '../background/background.ts';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { createKnownDevices } from './known-devices.ts';
import { type LoginParts, loginRoutes } from './login-routes.ts';
import { type PortraitParts, portraitRoutes } from './portrait-routes.ts';
import { createQuietHours } from './quiet-hours-rules.ts';
import { createQuietHoursStore } from './quiet-hours-store.ts';
import { secretOf } from './secret-store.ts';
import { createSessions } from './sessions.ts';
import { createSetup } from './setup.ts';
import { createAccountStore } from './store.ts';

export function createAccountParts({
  database,
  clock,
  events,
  background,
  config,
}: {
  database: Database;
  clock: Clock;
  events: Events;
  background: Background;
  config: Pick<Config, 'secure'>;
}) {
  const accounts = createAccountStore(database);
  return {
    accounts,
    sessions: createSessions(database, clock, events, config.secure, background.spare),
    knownDevices: createKnownDevices(secretOf(database, 'known devices'), clock, config.secure),
    setup: createSetup(accounts),
    quietHours: createQuietHours(createQuietHoursStore(database), clock, events),
  };
}

export function registerAccounts(app: FastifyInstance, parts: LoginParts & PortraitParts): void {
  loginRoutes(app, parts);
  portraitRoutes(app, parts);
}
