/** Sends messages, read marks, typing and unread counts to open pages. */

import type { QuietHoursRules } from '../accounts/quiet-hours-rules.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Background } from '../background/background.ts';
import type { Events } from '../background/events.ts';
import { bannerOf } from '../chats/call-words.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import type { RenderRow } from '../chats/row-renderer.ts';
import { seenBy } from '../chats/seen.ts';
import type { Clock } from '../clock.ts';
import { FAILED } from '../http/sockets.ts';
import type { Render } from '../http/views.ts';
import { listOf } from '../language/lists.ts';
import type { Reader } from '../language/reader.ts';
import { createBackgroundQueue } from './background-queue.ts';
import { type Hub, type LiveListeners, type LivePage, type ShownConversation, send } from './hub.ts';

/** Changes per frame, and characters of their text; a page that slept for a month gets several frames. */
const BATCH = 100;
const LONGEST_BATCH = 64 * 1024;
/** ms for which somebody counts as typing; their page says it again every three seconds. */
const TYPING = 5000;

export type ChatPushParts = {
  chats: Chats;
  events: Events;
  background: Background;
  renderRow: RenderRow;
  accounts: AccountStore;
  membership: Membership;
  clock: Clock;
  quietHours: Pick<QuietHoursRules, 'isQuiet'>;
};

export function chatPush(parts: ChatPushParts, hub: Hub, render: Render): LiveListeners {
  const { chats, events, background, renderRow, accounts, membership, clock, quietHours } = parts;
  const behind = createBackgroundQueue((batch) => background.attempt('bringing a page up to date', batch));

  /**
   * What changed after `since` for pages that are being brought up to date from `from`, each with the message before it;
   * read once for all pages of a round.
   */
  function changesSince(conversation: number, since: number, from: number) {
    const found = chats.changedSince(conversation, since, BATCH);
    let characters = 0;
    const tooMany = found.findIndex(({ body }) => {
      characters += body.length;
      return characters > LONGEST_BATCH;
    });
    // At least one, however long it is.
    const changed = tooMany === -1 ? found : found.slice(0, Math.max(1, tooMany));
    const more = found.length === BATCH || changed.length < found.length;
    return {
      from,
      rows: changed.map((message) => ({ message, previous: chats.previous(conversation, message.id) })),
      rev: changed.at(-1)?.rev ?? since,
      // What a page shows it may mark as read, and no more.
      newest: more ? Math.max(...changed.map(({ id }) => id)) : chats.newestId(conversation),
      more,
    };
  }
  type Changes = ReturnType<typeof changesSince>;

  const nameOf = (user: number): string => accounts.userById(user)?.displayName ?? '';

  const bannerFor = (page: LivePage, conversation: number) =>
    bannerOf(page.reader, chats.runningCall(conversation), { me: page.user, nameOf });

  /** The changes as one fragment for pages that read alike. */
  function renderChanges(page: LivePage, conversation: number, changes: Changes): Buffer {
    const first = chats.readsAfter(conversation, page.user);
    const group = chats.kind(conversation) === 'group';
    const to = { reader: page.reader, me: page.user, conversation, group, first };
    let added = '';
    let replaced = '';
    for (const { message, previous: above } of changes.rows) {
      // Said before their time in the group.
      if (message.id <= first) continue;
      const previous = above && above.id > first ? above : undefined;
      // What is new to the page is inserted in its place; what it may already have is replaced if it is there.
      if (message.firstRev > changes.from) added += renderRow(to, message, previous);
      else replaced += renderRow(to, message, previous, true);
    }
    const { rev, newest } = changes;
    const banner = group && changes.rows.some(({ message }) => message.call) && bannerFor(page, conversation);
    const data = { added, replaced, conversation, rev, newest, ...(banner && { banner }) };
    return Buffer.from(render('chats/changes', page.reader, data));
  }

  /** What one round has read and rendered, to be used for every page it fits. */
  type Round = { changes: Map<string, Changes>; html: Map<string, Buffer> };
  const newRound = (): Round => ({ changes: new Map(), html: new Map() });

  function remember<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
    const known = map.get(key);
    if (known !== undefined) return known;
    const made = make();
    map.set(key, made);
    return made;
  }

  /**
   * Sends the next batch of changes, if there are any. False when the page is up to date with it.
   * @param written is called when the batch has gone out, if there is more to bring
   */
  function bringBatch(page: LivePage, shown: ShownConversation, round: Round, written: () => void): boolean {
    const at = `${shown.id} ${shown.rev} ${shown.from}`;
    const changes = remember(round.changes, at, () => changesSince(shown.id, shown.rev, shown.from));
    if (changes.rows.length === 0) {
      shown.from = shown.rev;
      return false;
    }
    const own = changes.rows.map(({ message }) => (message.authorId === page.user ? 'o' : '-')).join('');
    // Of a group's call each reads their own.
    const alone = changes.rows.some(({ message }) => message.call?.people) ? page.user : '';
    const alike = [at, page.reader.key, own, alone, chats.readsAfter(shown.id, page.user)].join();
    const html = remember(round.html, alike, () => renderChanges(page, shown.id, changes));
    shown.rev = changes.rev;
    if (!changes.more) shown.from = changes.rev;
    send(page, html, changes.more ? written : undefined);
    return changes.more;
  }

  /**
   * Brings a page up to date. Anything beyond one batch is sent bit by bit: the next once the page has taken the
   * last, one page at a time, so that nobody else waits for more than one batch. A page that is catching up skips
   * the pushes meanwhile, and reads those changes from the database later. Its last batch is read and the page
   * counted as up to date in the same turn of the loop, so nothing is lost in between.
   */
  function bringUp(page: LivePage, round: Round): void {
    const { conversation: shown } = page;
    if (!shown || shown.isBehind) return;
    const goOn = () =>
      behind.add(() => {
        try {
          step(newRound());
        } catch (error) {
          // It will reconnect and say how far it is.
          page.socket.close(FAILED, 'failed');
          throw error;
        }
      });
    function step(round: Round): void {
      // It shows another chat by now, or has again said how far it is.
      if (!shown || page.conversation !== shown) return;
      const wasBehind = shown.isBehind;
      shown.isBehind = bringBatch(page, shown, round, goOn);
      // Each batch with something new has taken it away.
      if (wasBehind && !shown.isBehind) sendSeen(page, shown.id);
    }
    step(round);
  }

  const unreadHtml = (reader: Reader, unread: number) =>
    Buffer.from(render('chats/unread-push', reader, { unread }));

  function pushUnread(user: number): void {
    let unread: number | undefined;
    const html = new Map<Reader, Buffer>();
    for (const page of hub.pagesOf(user)) {
      unread ??= chats.unreadConversations(user);
      // In an open chat most messages leave the number as it is; the list of chats is refreshed by each.
      if (page.conversation && !page.conversation.hasList && page.unread === unread) continue;
      page.unread = unread;
      const badge = html.get(page.reader) ?? unreadHtml(page.reader, unread);
      html.set(page.reader, badge);
      send(page, badge);
    }
  }

  /** Says who has read the conversation's newest message, if it is this page's reader's. */
  function sendSeen(page: LivePage, conversation: number): void {
    const newest = chats.newestId(conversation);
    const own = chats.message(conversation, newest)?.authorId === page.user;
    const seen = own ? seenBy(parts, page.reader, conversation, page.user, newest) : undefined;
    send(page, render('chats/seen', page.reader, { seen, oob: true }));
  }

  function pagesOn(conversation: number, user: number): LivePage[] {
    return [...hub.pagesOf(user)].filter((page) => page.conversation?.id === conversation);
  }

  // Changes of one commit are brought together, and before their senders' answers are rendered.
  let due = new Set<number>();
  function flush(conversation: number): void {
    const round = newRound();
    for (const user of chats.members(conversation)) {
      for (const page of hub.pagesOf(user)) if (page.conversation?.id === conversation) bringUp(page, round);
      pushUnread(user);
    }
  }
  function flushAll(): void {
    const changed = due;
    due = new Set();
    for (const conversation of changed)
      background.attempt('bringing changes', () => flush(conversation), { conversation });
  }
  events.on('conversation-changed', ({ conversation }) => {
    if (due.size === 0) queueMicrotask(flushAll);
    due.add(conversation);
  });

  // For its sound, which one of a browser's tabs plays.
  events.on('message-sent', ({ conversation, author, body }) => {
    typists.get(conversation)?.delete(author);
    let html: Buffer | undefined;
    for (const user of chats.members(conversation)) {
      const person = user === author ? undefined : accounts.userById(user);
      if (!person || !membership.isToldOf(conversation, person, body) || quietHours.isQuiet(user)) continue;
      for (const page of hub.pagesOf(user)) {
        if (!page.sound) continue;
        // The same for every reader: there is no word in it.
        html ??= Buffer.from(render('chats/arrived', page.reader, { conversation }));
        send(page, html);
      }
    }
  });

  events.on('conversation-read', ({ conversation, user }) => {
    pushUnread(user);
    for (const other of membership.watchers(conversation, user))
      for (const page of pagesOn(conversation, other)) sendSeen(page, conversation);
  });

  /** When each was last seen typing, by conversation. */
  const typists = new Map<number, Map<number, number>>();

  events.on('typing', ({ conversation, user }) => {
    const now = clock.now();
    const here = typists.get(conversation) ?? new Map<number, number>();
    here.set(user, now);
    for (const [typist, at] of here) if (now - at > TYPING) here.delete(typist);
    typists.set(conversation, here);
    for (const other of membership.watchers(conversation, user)) {
      const pages = pagesOn(conversation, other);
      if (pages.length === 0) continue;
      const watched = new Set(membership.watchers(conversation, other));
      const names = [...here.keys()]
        .filter((typist) => watched.has(typist))
        .map((typist) => accounts.userById(typist)?.displayName ?? '');
      for (const page of pages) {
        const people = listOf(page.reader.locale, names);
        send(page, render('chats/typing', page.reader, { people, count: names.length }));
      }
    }
  });

  events.on('members-changed', ({ conversation, users }) => {
    const members = new Set(chats.members(conversation));
    for (const user of users) {
      if (members.has(user)) continue;
      for (const page of pagesOn(conversation, user)) {
        page.conversation = undefined;
        send(page, render('chats/closed', page.reader, {}));
      }
      pushUnread(user);
    }
    const group = chats.conversation(conversation);
    const [title, picture] = [group?.title ?? '', group?.picture];
    for (const member of members) {
      for (const page of pagesOn(conversation, member)) {
        const data = { conversation, title, picture, people: members.size, oob: true };
        send(page, render('chats/name', page.reader, data) + render('chats/face', page.reader, data));
      }
      pushUnread(member);
    }
  });

  return {
    opened(page) {
      if (!page.stale) return;
      page.unread = chats.unreadConversations(page.user);
      send(page, unreadHtml(page.reader, page.unread));
    },
    catchUp(page) {
      bringUp(page, newRound());
      if (page.stale && page.conversation && !page.conversation.isBehind)
        sendSeen(page, page.conversation.id);
    },
  };
}
