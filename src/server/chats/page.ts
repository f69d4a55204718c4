/** A whole chat as a page, and single rows of it as answers to forms. */
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { userOf } from '../accounts/authentication.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Background } from '../background/background.ts';
import type { Presence } from '../friends/presence.ts';
import { notFound } from '../http/errors.ts';
import { bannerOf } from './call-words.ts';
import type { Chats } from './chats.ts';
import type { RenderHistory } from './history-renderer.ts';
import { isWide, type LineParts, linesOf } from './lines.ts';
import type { Membership } from './membership.ts';
import type { RenderRow } from './row-renderer.ts';
import { seenBy } from './seen.ts';
import type { SendError } from './send-outcome.ts';

export type ReadingParts = { chats: Chats; background: Background };

/** Best effort: a chat can be read even if nothing can be written. */
export function noteRead(
  { background, chats }: ReadingParts,
  conversation: number,
  me: number,
  message: number,
): void {
  background.spare('noting what was read', () => chats.read(conversation, me, message), { conversation });
}

/** Who reads a conversation, and where their part of it begins. */
export function readerOf(request: FastifyRequest, chats: Chats, conversation: number) {
  const me = userOf(request).id;
  const group = chats.kind(conversation) === 'group';
  return { reader: request.reader, me, conversation, group, first: chats.readsAfter(conversation, me) };
}

export type RowParts = { chats: Chats; renderRow: RenderRow };

/** One of their own messages as it is now. @param oob to replace the one in the page */
export function rowOf(
  request: FastifyRequest,
  { chats, renderRow }: RowParts,
  conversation: number,
  id: number,
  oob: boolean,
): string {
  const to = readerOf(request, chats, conversation);
  const message = chats.messageFor(conversation, id, to.me);
  if (!message) throw notFound();
  return renderRow(to, message, chats.previous(conversation, id, to.first), oob);
}

export type PageParts = ReadingParts &
  LineParts & {
    membership: Membership;
    accounts: AccountStore;
    presence: Presence;
    renderHistory: RenderHistory;
  };

/** A whole chat page, also for a form that has to be shown again with what was typed. */
export function showConversation(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: PageParts,
  conversation: number,
  more: { before?: number; body?: string; errors?: SendError[] } = {},
): FastifyReply {
  const { chats, membership, accounts, presence, renderHistory } = parts;
  const nameOf = (user: number): string => accounts.userById(user)?.displayName ?? '';
  const to = readerOf(request, chats, conversation);
  const { me, group } = to;
  const { unread, ...page } = chats.snapshot(() => {
    const other = group ? undefined : accounts.userById(chats.otherOf(conversation, me) ?? 0);
    const read = chats.readId(conversation, me);
    const history = renderHistory(to, read, more.before);
    const { last } = history;
    const mayWrite = chats.mayWrite(conversation, me);
    return {
      ...history,
      rev: chats.rev(conversation),
      other,
      online: mayWrite && other !== undefined && presence.isOnline(other.id),
      mayWrite,
      title: group ? (chats.conversation(conversation)?.title ?? '') : (other?.displayName ?? ''),
      picture: group ? chats.conversation(conversation)?.picture : undefined,
      people: group ? chats.members(conversation).length : undefined,
      mayRing: mayWrite,
      silenced: !membership.wantsRings(conversation, me),
      banner: group ? bannerOf(request.reader, chats.runningCall(conversation), { me, nameOf }) : undefined,
      seen: last?.own ? seenBy(parts, request.reader, conversation, me, last.id) : undefined,
      last: last?.id ?? 0,
      unread: last && last.id > read,
    };
  });
  // With scripts, whose first act is this cookie, a page reports when it is seen: it may be in a hidden tab.
  const { last } = page;
  if (more.before === undefined && unread && request.cookies.tz === undefined)
    noteRead(parts, conversation, me, last);
  return reply.show('chats/show', {
    ...page,
    conversation,
    last,
    before: more.before,
    lines: isWide(request) ? linesOf(parts, request.reader, me) : undefined,
    key: randomUUID(),
    body: more.body ?? '',
    errors: more.errors ?? [],
  });
}
