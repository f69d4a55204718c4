/** Which messages are news to a reader. The store counts by the same rule, in SQL. */
import { isMissed } from './call-words.ts';
import type { Message } from './store.ts';

/** Somebody else's, not deleted; of calls only those that were missed, because people know of the others. No events. */
export const isNews = (message: Message, reader: number): boolean =>
  message.authorId !== reader &&
  !message.deleted &&
  message.kind !== 'event' &&
  (message.call === undefined || isMissed(message.call.outcome, 'callee'));
