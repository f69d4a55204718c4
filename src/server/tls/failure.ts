/** What the owner is told where there is no new certificate. */
import type { AcmeTrouble } from './acme-messages.ts';

/** Also: the key of the house's own authority can't be read. */
export type Trouble = AcmeTrouble | 'authority';

/** What keeps a certificate from coming, since when, and when it is tried again; times in ms since 1970. */
export type Failure = { trouble: Trouble; detail: string; since: number; next: number };
