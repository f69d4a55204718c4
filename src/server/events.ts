/** What domains announce to each other. A domain only announces; `live` (and later push) listens. */
import { EventEmitter } from 'node:events';

export type Happenings = {
  /** A session was revoked or has ended. `session` is the stored (hashed) id. */
  'session-ended': [{ session: string }];
  /** A request, a friendship or a block between the two changed. */
  'friendship-changed': [{ users: [number, number] }];
  /** The conversation's counter stands higher than before: something was written, changed or deleted. */
  'conversation-changed': [{ conversation: number }];
  /** Somebody has read up to a message. */
  'conversation-read': [{ conversation: number; user: number }];
  typing: [{ conversation: number; user: number }];
  /** Somebody's first live page opened, or their last one closed. */
  'presence-changed': [{ user: number; online: boolean }];
  /** `callee`'s devices ring, until `call-quiet` says that they don't any more. */
  'call-ringing': [
    { call: string; conversation: number; caller: number; callee: number; media: 'voice' | 'video' },
  ];
  'call-quiet': [{ call: string; callee: number }];
  /** `callee` was rung while in another call. */
  'call-missed-busy': [{ callee: number; caller: number; media: 'voice' | 'video' }];
  /** A file came, changed or went, with where it is shown. */
  'file-changed': [
    { file: string; conversation: number; call: string | undefined; message: number | undefined },
  ];
};

export type Events = EventEmitter<Happenings>;

export function createEvents(): Events {
  // Every domain may listen to everything: the default warning at eleven listeners is about leaks elsewhere.
  return new EventEmitter<Happenings>().setMaxListeners(0);
}
