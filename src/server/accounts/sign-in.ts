/** Checks a name and a password, and slows down who guesses. */
import { checkPassword } from './passwords.ts';
import { foldUsername } from './registration.ts';
import type { AccountStore, User } from './store.ts';

/** The person, or `undefined`: for a wrong name and a wrong password alike, after the same work. */
export async function signIn(
  store: AccountStore,
  username: string,
  password: string,
): Promise<User | undefined> {
  const user = store.userByUsername(foldUsername(username));
  const matches = await checkPassword(user ? store.passwordHash(user.id) : undefined, password);
  return matches ? user : undefined;
}
