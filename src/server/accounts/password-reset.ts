/** A new password for someone who forgot theirs, set by the owner or on the command line. */
import { hashPassword } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import type { AccountStore } from './store.ts';

/** Sets the password and ends all sessions of the person. */
export async function resetPassword(
  accounts: AccountStore,
  sessions: Sessions,
  userId: number,
  password: string,
): Promise<void> {
  const hash = await hashPassword(password);
  sessions.endAll(userId, undefined, () => accounts.setPassword(userId, hash));
}
