/**
 * Messages as HTML. One partial serves the page, the fragment and the live push. The result depends on
 * the message and a few facts about the reader, so it is cached and reused.
 */
import { createBoundedCache } from '../bounded-cache.ts';
import type { Clock } from '../clock.ts';
import { fileView } from '../files/file-view.ts';
import type { StoredFile } from '../files/store.ts';
import type { Render } from '../http/views.ts';
import { emojiCount } from '../language/graphemes.ts';
import type { Reader } from '../language/reader.ts';
import { callView } from './call-words.ts';
import { eventWords } from './group-words.ts';
import type { Message } from './message-store.ts';
import { segments } from './text.ts';

/** Bubbles of one person within this time are close together. */
const TOGETHER = 5 * 60 * 1000;
/** Characters of rows that are kept: those of some thousand ordinary messages, or of a hundred long ones. */
const MOST_KEPT = 8_000_000;
/** A message of this many emoji and nothing else is more of a picture than a text. */
const MOST_BIG_EMOJI = 3;

/** @param group whether the author's name is shown above their messages */
export type RowReader = {
  reader: Reader;
  me: number;
  conversation: number;
  group: boolean;
  /** Their part of the conversation begins after this message. */
  first: number;
};

/**
 * HTML of a message, with the day above it where a day begins.
 * @param previous the message right before, in the same conversation
 * @param oob the row replaces the one in the page, and is ignored if there is none
 */
export type RenderRow = (
  to: RowReader,
  message: Message,
  previous: Message | undefined,
  oob?: boolean,
) => string;

/**
 * @param fileOf the file that a message was sent with, if it is still kept
 * @param mayRead whether a person may see a file
 * @param nameOf what a person is called
 */
export function createRowRenderer(
  render: Render,
  fileOf: (message: number) => StoredFile | undefined,
  mayRead: (user: number, file: string) => boolean,
  nameOf: (user: number) => string,
  clock: Clock,
): RenderRow {
  const kept = createBoundedCache<string, string>(MOST_KEPT, (html, key) => html.length + key.length);

  /** Whoever reads from the beginning sees every file. */
  function isFileHidden({ me, first }: RowReader, message: Message): boolean {
    const file = first > 0 && message.hasFile ? fileOf(message.id) : undefined;
    return file !== undefined && !mayRead(me, file.id);
  }

  return (to, message, previous, oob = false) => {
    const { reader, me, conversation, group } = to;
    const own = message.authorId === me;
    const newDay = !previous || reader.dayKey(previous.sentAt) !== reader.dayKey(message.sentAt);
    const follows =
      !newDay &&
      previous?.authorId === message.authorId &&
      previous.kind === message.kind &&
      message.sentAt - previous.sentAt < TOGETHER;
    // An out-of-band row replaces only the message; its day is already above it.
    const beginsDay = newDay && !oob;
    const now = clock.now();
    const isHidden = isFileHidden(to, message);
    const { call, event } = message;
    const said = call && callView(reader, call, { me, isCaller: own, nameOf });
    const key = [
      message.id,
      message.rev,
      message.authorName,
      reader.key,
      own,
      group,
      // What is "Today" has another name tomorrow.
      beginsDay && reader.dayKey(now),
      follows,
      oob,
      // Of a group's call each reads their own, and who is in it by their names of today.
      said?.words,
      isHidden,
    ].join();
    const known = kept.get(key);
    if (known !== undefined) return known;
    const file = message.hasFile && !isHidden ? fileOf(message.id) : undefined;
    const html = render('chats/row', reader, {
      message,
      file: file && fileView(file, reader),
      segments: segments(message.body),
      isHidden,
      isBig: file === undefined && emojiCount(message.body, MOST_BIG_EMOJI) > 0,
      conversation,
      own,
      group,
      words: event ? eventWords(reader, event, own ? undefined : message.authorName) : said?.words,
      tone: said?.tone,
      isIn: said?.isIn,
      follows,
      oob,
      day: beginsDay
        ? { name: reader.dayName(message.sentAt, now), date: reader.day(message.sentAt) }
        : undefined,
    });
    kept.set(key, html);
    return html;
  };
}

/** Rows of messages that follow each other. */
export function renderRows(
  renderRow: RenderRow,
  to: RowReader,
  messages: Message[],
  previous: Message | undefined,
): string {
  // Joined, not concatenated: V8 keeps a concatenation as a tree and walks it for every page it is used in.
  return messages
    .map((message, index) => renderRow(to, message, index === 0 ? previous : messages[index - 1]))
    .join('');
}
