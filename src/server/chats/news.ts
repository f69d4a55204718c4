/** Which messages are news to a reader. The store counts by the same rule, in SQL. */
import { isMissed } from './call-words.ts';
import type { CallEntry, Message } from './message-store.ts';

/** Of a group's call each has missed it or not for themselves, while the call may still be going on. */
const isMissedBy = ({ outcome, people }: CallEntry, reader: number): boolean =>
  people ? people[reader] === 'missed' : isMissed(outcome, 'callee');

/** Somebody else's, not deleted; of calls only those that were missed, because people know of the others. No events. */
export const isNews = (message: Message, reader: number): boolean =>
  message.authorId !== reader &&
  !message.deleted &&
  message.kind !== 'event' &&
  (message.call === undefined || isMissedBy(message.call, reader));
