/** The open live sockets, with the page and the person behind each. Memory only. */

import type { Line, Outlet } from '../http/socket-bounds.ts';
import { SIGNED_OUT } from '../http/sockets.ts';
import type { Reader } from '../language/reader.ts';

/** A conversation that a page shows, and how far it has been brought up to date. */
export type ShownConversation = {
  id: number;
  rev: number;
  /**
   * Where catching up began. A newer message may be missing in the page, whatever its number is
   * now: a change meanwhile has moved it to the end of what is to be sent.
   */
  from: number;
  /** There is more than one batch to send, and the next is on its way or waiting its turn. */
  isBehind: boolean;
  /** The list of chats stands beside it, and changes with every message anywhere. */
  hasList: boolean;
};

/** A page with a live socket. */
export type LivePage = {
  socket: Pick<Outlet, 'close'>;
  line: Line;
  user: number;
  /** The stored (hashed) id of the session it was opened with. */
  session: string;
  reader: Reader;
  sound: boolean;
  conversation: ShownConversation | undefined;
  /** Something has changed between its rendering and its connection. */
  stale: boolean;
  /** The last number of unread chats it was sent. */
  unread: number | undefined;
};

/** What brings a newly connected page up to date. */
export type LiveListeners = {
  /** Sends it what is going on right now and, if it is stale, what it missed, whatever it shows. */
  opened(page: LivePage): void;
  /** It has said which chat it shows and how far it is. */
  catchUp(page: LivePage): void;
};

/** Sends HTML to a page; see `Line` for a page that takes nothing any more. */
export const send = (page: LivePage, html: string | Buffer, written?: () => void): void =>
  page.line.send(html, written);

export function createHub() {
  const byUser = new Map<number, Set<LivePage>>();

  return {
    add(page: LivePage): void {
      const pages = byUser.get(page.user);
      if (pages) pages.add(page);
      else byUser.set(page.user, new Set([page]));
    },

    remove(page: LivePage): void {
      const pages = byUser.get(page.user);
      pages?.delete(page);
      if (pages?.size === 0) byUser.delete(page.user);
    },

    pagesOf: (user: number): Iterable<LivePage> => byUser.get(user) ?? [],

    /** Closes the sockets of a session that has ended. */
    closeSession(session: string): void {
      for (const pages of byUser.values())
        for (const page of pages) if (page.session === session) page.socket.close(SIGNED_OUT, 'signed out');
    },
  };
}

export type Hub = ReturnType<typeof createHub>;
