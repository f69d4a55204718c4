/** The list of chats as its reader sees it: each with its newest message in a few words, and when that was. */
import type { FastifyRequest } from 'fastify';
import type { AccountStore } from '../accounts/store.ts';
import type { Clock } from '../clock.ts';
import { fileView } from '../files/file-view.ts';
import type { Files } from '../files/files.ts';
import type { Reader } from '../language/reader.ts';
import { callView } from './call-words.ts';
import type { Chats } from './chats.ts';
import { eventWords } from './group-words.ts';
import type { Membership } from './membership.ts';
import type { ConversationLine } from './store.ts';

export type LineParts = {
  chats: Chats;
  files: Files;
  accounts: Pick<AccountStore, 'userById'>;
  clock: Clock;
  membership: Pick<Membership, 'mayWriteIn'>;
};

/** A screen on which the list has a place beside a chat; the page's script says so. */
export const isWide = (request: FastifyRequest): boolean => request.cookies.wide === '1';

/** @param me whose chats they are, in the order of the list */
export function linesOf(
  { chats, files, accounts, clock, membership }: LineParts,
  reader: Reader,
  me: number,
) {
  const now = clock.now();
  const nameOf = (user: number): string => accounts.userById(user)?.displayName ?? '';

  function view(line: ConversationLine) {
    const message = line.lastMessageId === undefined ? undefined : chats.message(line.id, line.lastMessageId);
    const own = message?.authorId === me;
    const running = chats.runningCall(line.id);
    // A call that is on is more than what was written since.
    const call = running?.people ? running : message?.call;
    const said = call && callView(reader, call, { me, isCaller: own, nameOf });
    const event = message?.event;
    const file = message?.hasFile ? files.ofMessage(message.id) : undefined;
    return {
      ...line,
      message,
      mayWrite: message !== undefined || membership.mayWriteIn(line.id, me),
      own,
      words: said?.words ?? (event && eventWords(reader, event, own ? undefined : message.authorName)),
      tone: said?.tone,
      running: running?.people && running,
      isIn: said?.isIn,
      file: file && fileView(file, reader),
      when: reader.when(line.activeAt, now),
    };
  }

  return chats.lines(me).map(view);
}
