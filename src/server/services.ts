/** What the routes of every domain work with, made once in app.ts. */
import type { Sessions } from './accounts/sessions.ts';
import type { Setup } from './accounts/setup.ts';
import type { AccountStore } from './accounts/store.ts';
import type { Calls } from './calls/calls.ts';
import type { Chats } from './chats/chats.ts';
import type { RenderHistory } from './chats/newest-page.ts';
import type { RenderRow } from './chats/rows.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Events } from './events.ts';
import type { Files } from './files/files.ts';
import type { Intake } from './files/intake.ts';
import type { Pictures } from './files/pictures.ts';
import type { Friends } from './friends/friends.ts';
import type { Presence } from './friends/presence.ts';
import type { Outside } from './outside.ts';
import type { Recordings } from './recordings/recordings.ts';

export type Services = {
  config: Config;
  clock: Clock;
  outside: Outside;
  events: Events;
  accounts: AccountStore;
  sessions: Sessions;
  setup: Setup;
  friends: Friends;
  presence: Presence;
  chats: Chats;
  files: Files;
  pictures: Pictures;
  intake: Intake;
  renderRow: RenderRow;
  renderHistory: RenderHistory;
  calls: Calls;
  recordings: Recordings;
};
