/** Who has seen somebody's newest message. */
import { listOf } from '../language/lists.ts';
import type { Reader } from '../language/reader.ts';
import type { Chats } from './chats.ts';
import type { Membership } from './membership.ts';

export type SeenParts = { chats: Chats; membership: Pick<Membership, 'watchers'> };

/**
 * "Seen", in a group by whom; `undefined` where nobody has seen it whose reading its author may know of.
 * @param message of `author`'s own
 */
export function seenBy(
  { chats, membership }: SeenParts,
  { t, locale }: Reader,
  conversation: number,
  author: number,
  message: number,
): string | undefined {
  const watched = new Set(membership.watchers(conversation, author));
  const readers = chats
    .participants(conversation)
    .filter(({ id, readId }) => watched.has(id) && readId >= message);
  if (readers.length === 0) return undefined;
  if (chats.kind(conversation) === 'direct') return t('chats.seen');
  return t('chats.seenBy', {
    people: listOf(
      locale,
      readers.map(({ displayName }) => displayName),
    ),
  });
}
