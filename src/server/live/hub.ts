/** The live sockets that are open: which page of whom stands behind each. Memory only. */
import type { WebSocket } from 'ws';
import type { Reader } from '../http/reader.ts';

/** A page with a live socket. */
export type LivePage = {
  socket: WebSocket;
  user: number;
  /** The stored (hashed) id of the session it was opened with. */
  session: string;
  reader: Reader;
  sound: boolean;
  /** The conversation this page shows, and how far it has been brought up to date. */
  chat: { id: number; rev: number } | undefined;
  /** Something has changed between its rendering and its connection. */
  stale: boolean;
  /** The number of unread chats it was told last. */
  unread: number | undefined;
};

/** What brings a page up to date that has just connected. */
export type LiveListeners = {
  /** It wants what goes on right now and, if it is stale, what it missed, whatever it shows. */
  opened(page: LivePage): void;
  /** It has said which chat it shows and how far it is. */
  catchUp(page: LivePage): void;
};

/** Above this, the other end doesn't read; it will catch up when it comes back. */
const MOST_BUFFERED = 4 * 1024 * 1024;

/** A closing code of our own (RFC 6455 §7.4.2): the page must not come back by itself. */
const SIGNED_OUT = 4401;

/** Sends HTML to a page; a page that takes nothing any more is closed, and catches up when it comes back. */
export function send(page: LivePage, html: string | Buffer): void {
  if (page.socket.readyState !== page.socket.OPEN) return;
  if (page.socket.bufferedAmount > MOST_BUFFERED) page.socket.terminate();
  else page.socket.send(html, { binary: false });
}

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
