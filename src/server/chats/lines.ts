/** The list of chats as its reader sees it: each with its newest message in a few words, and when that was. */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { fileView } from '../files/file-view.ts';
import type { Files } from '../files/files.ts';
import type { Reader } from '../language/reader.ts';
import { callWords, sideOf, toneOf } from './call-words.ts';
import type { Chats } from './chats.ts';
import { eventWords } from './group-words.ts';
import type { ConversationLine } from './store.ts';

export type LineParts = { chats: Chats; files: Files; clock: Clock };

/** A screen on which the list has a place beside a chat; the page's script says so. */
export const isWide = (request: FastifyRequest): boolean => request.cookies.wide === '1';

/** @param me whose chats they are, in the order of the list */
export function linesOf({ chats, files, clock }: LineParts, reader: Reader, me: number) {
  const now = clock.now();

  function view(line: ConversationLine) {
    const message = line.lastMessageId === undefined ? undefined : chats.message(line.id, line.lastMessageId);
    const own = message?.authorId === me;
    const side = sideOf(own);
    const call = message?.call;
    const event = message?.event;
    const file = message?.hasFile ? files.ofMessage(message.id) : undefined;
    return {
      ...line,
      message,
      own,
      words: event
        ? eventWords(reader, event, own ? undefined : message.authorName)
        : call && callWords(reader.t, call, side),
      tone: call && toneOf(call.outcome, side),
      file: file && fileView(file, reader),
      when: reader.when(line.activeAt, now),
    };
  }

  return chats.lines(me).map(view);
}
