/** The part of the server that commands work with: its database and its rules, without a page or a port. */
import { existsSync, mkdirSync } from 'node:fs';
import { createSessions } from '../accounts/sessions.ts';
import { createAccountStore } from '../accounts/store.ts';
import { createEvents } from '../background/events.ts';
import { databaseIn, openOrExplain } from '../backup/data-folder.ts';
import { beginDirect } from '../chats/direct.ts';
import { createChatStore } from '../chats/store.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createFriends } from '../friends/friends.ts';
import { createInvitationStore } from '../friends/invitation-store.ts';
import { createFriendStore } from '../friends/store.ts';
import { AdminError } from './command.ts';

/** Opens the database in `dataDir`, beside a running server or without one. */
function openHousehold(config: Config) {
  const database = openOrExplain(databaseIn(config.dataDir));
  // Nobody listens here: a running server finds out by itself (see other-processes.ts).
  const events = createEvents();
  const accounts = createAccountStore(database);
  const friendships = createFriendStore(database);
  const conversations = createChatStore(database);
  return {
    clock: systemClock,
    accounts,
    sessions: createSessions(database, systemClock, events, config.secure),
    friendships,
    conversations,
    friends: createFriends(friendships, accounts, systemClock, events, (a, b) =>
      beginDirect(conversations, a, b, systemClock.now()),
    ),
    invitations: createInvitationStore(database),
    close: () => database.close(),
  };
}

export type Household = ReturnType<typeof openHousehold>;

/**
 * Runs `work` on an open household and closes it.
 * @param mayBegin whether a new database may be made where there is none: elsewhere that would only hide a
 *   DATA_DIR that points to the wrong place
 * @throws {AdminError} when there is no database
 */
export async function inHousehold<Result>(
  config: Config,
  work: (household: Household) => Promise<Result> | Result,
  mayBegin = false,
): Promise<Result> {
  if (!existsSync(databaseIn(config.dataDir))) {
    if (!mayBegin)
      throw new AdminError(
        `There is no database in ${config.dataDir}. Start Porchlight there once, or set DATA_DIR to its data folder.`,
      );
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  }
  const household = openHousehold(config);
  try {
    return await work(household);
  } finally {
    household.close();
  }
}
