/** Checks a name and a password, and slows down guessing. */
import { checkPassword } from './passwords.ts';
import { foldUsername } from './registration.ts';
import type { AccountStore, User } from './store.ts';

/**
 * The person, and the hash their password was checked against; `undefined` for a wrong name and a wrong password
 * alike, after the same work.
 * @throws 503 with a sentence while too many passwords wait to be checked
 */
export async function signIn(
  store: AccountStore,
  username: string,
  password: string,
): Promise<{ user: User; passwordHash: string } | undefined> {
  const user = store.userByUsername(foldUsername(username));
  const passwordHash = user && store.passwordHash(user.id);
  const matches = await checkPassword(passwordHash, password);
  return matches && user && passwordHash !== undefined ? { user, passwordHash } : undefined;
}
