/** A call that is over, written into a server's database as if it had taken place. Works while the server runs. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAccountStore } from '../../src/server/accounts/store.ts';
import { createCallStore } from '../../src/server/calls/store.ts';
import { createChatStore } from '../../src/server/chats/store.ts';
import { openDatabase } from '../../src/server/database/database.ts';

const newId = () => randomBytes(16).toString('base64url');

/** @returns the id of a video call of two friends, by their user names */
export function addPastCall(dataDir: string, callerName: string, calleeName: string, minutes = 1): string {
  const database = openDatabase(join(dataDir, 'porchlight.db'));
  try {
    const [accounts, chats, calls] = [
      createAccountStore(database),
      createChatStore(database),
      createCallStore(database),
    ];
    const caller = accounts.userByUsername(callerName)?.id;
    const callee = accounts.userByUsername(calleeName)?.id;
    if (caller === undefined || callee === undefined) throw new Error('there is no such person');
    const [id, now] = [newId(), Date.now() - minutes * 60_000];
    calls.transaction(() => {
      const key = `${Math.min(caller, callee)}:${Math.max(caller, callee)}`;
      chats.insertDirect(key, [caller, callee], now);
      calls.insert({ id, conversation: chats.direct(key) ?? 0, startedBy: caller, media: 'video', now });
      calls.invite(id, { user: callee, state: 'joined', deadline: now + 60_000 });
      for (const user of [caller, callee])
        calls.take(id, { id: newId(), user, device: newId(), key: undefined, now }, 2);
      calls.answer(id, now);
      calls.end(id, 'active', { reason: 'hung-up', at: now + minutes * 60_000, unanswered: 'cancelled' });
    });
    return id;
  } finally {
    database.close();
  }
}
