/** Which page's socket is in which call, at which place. Memory only. */
import type { ServerMessage } from '../../protocol/server.ts';
import { protocolError } from './protocol-error.ts';
import type { Place } from './store.ts';

/** A call page whose socket has said hello. */
export type Connection = {
  user: number;
  /** The stored (hashed) id of the session it was opened with. */
  session: string;
  /** Chosen by the tab. */
  device: string;
  /** By which its page was asked for, with the port. */
  host: string;
  /** Of the protocol: what it knows of depends on it. */
  version: number;
  send(message: ServerMessage): void;
};

/** Whether a page knows of a group's calls: one that speaks version 1 knows calls of two only. */
export const knows = ({ version }: Connection, isGroup: boolean): boolean => !isGroup || version > 1;

/** @throws version for a page that doesn't */
export function mustKnow(page: Connection, isGroup: boolean): void {
  if (!knows(page, isGroup)) throw protocolError('version');
}

/** Where a page stands: in which call, at which place of it. */
export type Standing = { call: string; member: string };

export function createConnections() {
  const byUser = new Map<number, Set<Connection>>();
  const places = new Map<Connection, Standing>();
  const byMember = new Map<string, Connection>();
  /** Which pages were told of a ringing call, and must be told when it stops. */
  const told = new Map<string, Set<Connection>>();

  function leave(connection: Connection): Standing | undefined {
    const place = places.get(connection);
    places.delete(connection);
    if (place && byMember.get(place.member) === connection) byMember.delete(place.member);
    return place;
  }

  return {
    add(connection: Connection): void {
      const connections = byUser.get(connection.user);
      if (connections) connections.add(connection);
      else byUser.set(connection.user, new Set([connection]));
    },

    /** @returns the place that is empty now, if this page had one */
    remove(connection: Connection): Standing | undefined {
      const connections = byUser.get(connection.user);
      connections?.delete(connection);
      if (connections?.size === 0) byUser.delete(connection.user);
      for (const pages of told.values()) pages.delete(connection);
      return leave(connection);
    },

    /** Removes a page from its place although its socket is open. @returns the place that is empty now */
    vacate: leave,

    /** Whether the socket of any call page is open. */
    isAnyOpen: (): boolean => byUser.size > 0,
    ofUser: (user: number): Connection[] => [...(byUser.get(user) ?? [])],
    placeOf: (connection: Connection): Standing | undefined => places.get(connection),
    at: (member: string): Connection | undefined => byMember.get(member),

    /** Puts a page at a member's place. @returns the page that was there */
    takePlace(
      connection: Connection,
      call: string,
      { id: member }: Pick<Place, 'id'>,
    ): Connection | undefined {
      leave(connection);
      const before = byMember.get(member);
      if (before) places.delete(before);
      places.set(connection, { call, member });
      byMember.set(member, connection);
      told.get(call)?.delete(connection);
      return before;
    },

    /** Remembers that this page knows of a ringing call. */
    noteTold(connection: Connection, call: string): void {
      const pages = told.get(call);
      if (pages) pages.add(connection);
      else told.set(call, new Set([connection]));
    },

    /**
     * The pages that were told of a ringing call and have no place in it; they are forgotten.
     * @param user only theirs
     */
    forgetTold(call: string, user?: number): Connection[] {
      const all = told.get(call);
      const pages = [...(all ?? [])].filter((page) => user === undefined || page.user === user);
      for (const page of pages) all?.delete(page);
      if (all?.size === 0) told.delete(call);
      return pages;
    },

    /** Empties these places. @returns the pages that were there */
    clear(members: Pick<Place, 'id'>[]): Connection[] {
      const standing = members.flatMap(({ id }) => byMember.get(id) ?? []);
      for (const connection of standing) leave(connection);
      return standing;
    },
  };
}

export type Connections = ReturnType<typeof createConnections>;
