/** Why a file isn't taken, as a status. The sentence for the person is `files.errors.<why>`. */
import type { IntakeRefusal } from './intake.ts';

/** RFC 9110 §15.5.14, §15.5.21 and §15.6.4, RFC 4918 §11.5. */
const STATUS: Record<IntakeRefusal, number> = {
  empty: 422,
  forbidden: 403,
  'too-large': 413,
  'quota-person': 413,
  'quota-server': 507,
  'disk-full': 507,
  'folder-away': 503,
};

export const statusOf = (why: IntakeRefusal): number => STATUS[why];
