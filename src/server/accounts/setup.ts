/** The one-time link that makes the first visitor the owner. It is kept in memory only: each start prints a new one. */
import { timingSafeEqual } from 'node:crypto';
import { codeIn, makeCode } from './codes.ts';
import type { AccountStore } from './store.ts';

export type Setup = {
  /** The code to print, or `undefined` once there is an owner. */
  code(): string | undefined;
  admits(code: unknown): boolean;
};

/** Characters of five bits each: guessing it means owning the server. */
const LENGTH = 30;

export function createSetup(store: AccountStore): Setup {
  const code = makeCode(LENGTH);
  // Checked each time: an account created on the command line closes the door too.
  const open = () => !store.hasUsers();
  return {
    code: () => (open() ? code : undefined),
    admits(given) {
      // Of letters, digits, dash and underscore, so as many bytes as characters.
      const found = codeIn(given);
      return open() && found.length === code.length && timingSafeEqual(Buffer.from(found), Buffer.from(code));
    },
  };
}
