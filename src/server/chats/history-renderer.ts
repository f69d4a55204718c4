/**
 * The newest page of a chat as HTML, kept until the conversation changes: every change raises its `rev`, and
 * apart from that the rows depend on the reader, on how far they have read, and on the day.
 */
import { createBoundedCache } from '../bounded-cache.ts';
import type { Clock } from '../clock.ts';
import type { Chats } from './chats.ts';
import { isNews } from './news.ts';
import { type RenderRow, type RowReader, renderRows } from './row-renderer.ts';

export type HistoryPage = {
  /** Id of the oldest message, where there are older ones. */
  older: number | undefined;
  oldRows: string;
  /** What the reader hasn't seen yet. */
  newRows: string;
  /** The first of those, unless there are more of them on the page before. */
  firstNew: number | undefined;
  last: { id: number; own: boolean } | undefined;
};

/** Characters of pages that are kept: an ordinary one has 20,000, and a family keeps some hundred open. */
const MOST_KEPT = 8_000_000;

/** @param before an id: the page of history before it; the newest page without */
export type RenderHistory = (to: RowReader, read: number, before?: number) => HistoryPage;

export function createHistoryRenderer(chats: Chats, renderRow: RenderRow, clock: Clock): RenderHistory {
  const kept = createBoundedCache<string, { version: string; page: HistoryPage }>(
    MOST_KEPT,
    ({ page }, key) => page.oldRows.length + page.newRows.length + key.length,
  );

  function make(to: RowReader, read: number, before?: number): HistoryPage {
    const { messages, more } = chats.history(to.conversation, before, read, to.first);
    const [first] = messages;
    const last = messages.at(-1);
    const above = first && chats.previous(to.conversation, first.id, to.first);
    const unseen = messages.findIndex((message) => message.id > read && isNews(message, to.me));
    const split = unseen === -1 ? messages.length : unseen;
    const goesOnAbove = unseen === 0 && above !== undefined && above.id > read;
    const old = messages.slice(0, split);
    return {
      older: more ? first?.id : undefined,
      oldRows: renderRows(renderRow, to, old, above),
      newRows: renderRows(renderRow, to, messages.slice(split), old.at(-1) ?? above),
      firstNew: goesOnAbove ? undefined : messages[unseen]?.id,
      last: last && { id: last.id, own: last.authorId === to.me },
    };
  }

  return (to, read, before) => {
    if (before !== undefined) return make(to, read, before);
    const { reader, me, conversation } = to;
    const key = [conversation, me, reader.key, to.first].join();
    const today = reader.dayKey(clock.now());
    const version = `${chats.rev(conversation)} ${read} ${today} ${chats.names(conversation)}`;
    const known = kept.get(key);
    if (known?.version === version) return known.page;
    const page = make(to, read);
    kept.set(key, { version, page });
    return page;
  };
}
