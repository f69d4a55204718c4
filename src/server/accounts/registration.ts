/** The rules for a new account, and the one place where accounts are created. */
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { cleanLabel } from '../language/visible-text.ts';
import { hashPassword } from './passwords.ts';
import type { AccountStore } from './store.ts';

/** Names are compared folded, so that no two differ only in case or width. */
export const foldUsername = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

// The messages are keys of locales/*.json.
export const Username = v.pipe(
  v.optional(v.string(), ''),
  v.transform(foldUsername),
  v.regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,31}$/u, 'accounts.errors.username'),
  // Some letters and marks are invisible.
  v.check((name) => !/\p{Default_Ignorable_Code_Point}/u.test(name), 'accounts.errors.username'),
);
export const Password = v.pipe(
  v.optional(v.string(), ''),
  v.minLength(8, 'accounts.errors.passwordShort'),
  v.maxLength(200, 'accounts.errors.passwordLong'),
);
export const DisplayName = v.pipe(
  v.optional(v.string(), ''),
  v.transform(cleanLabel),
  v.minLength(1, 'accounts.errors.displayName'),
  v.maxLength(50, 'accounts.errors.displayName'),
);
export const Registration = v.object({
  displayName: DisplayName,
  username: Username,
  password: Password,
});
export type Registration = v.InferOutput<typeof Registration>;

export type RegistrationResult = { id: number; passwordHash: string } | { error: 'taken' | 'refused' };

/**
 * Creates a person. Cheap checks come before the password is hashed, and again afterwards.
 * @param admit runs in the same transaction, before the row is written: false refuses. This is what makes
 *   setup links and invitations race-safe.
 * @param welcome runs in the same transaction with the new id
 * @throws 503 with a sentence while too many passwords wait to be hashed
 */
export async function register(
  store: AccountStore,
  clock: Clock,
  given: Registration & { isOwner: boolean; invitation?: number | undefined },
  admit: () => boolean,
  welcome: (id: number) => void = () => {},
): Promise<RegistrationResult> {
  const { displayName, username, isOwner, invitation } = given;
  if (store.userByUsername(username)) return { error: 'taken' };
  const passwordHash = await hashPassword(given.password);
  return store.transaction((): RegistrationResult => {
    if (store.userByUsername(username)) return { error: 'taken' };
    if (!admit()) return { error: 'refused' };
    const id = store.insertUser({
      ...{ username, displayName, passwordHash, isOwner, invitation },
      createdAt: clock.now(),
    });
    if (id === undefined) return { error: 'taken' };
    welcome(id);
    return { id, passwordHash };
  });
}
