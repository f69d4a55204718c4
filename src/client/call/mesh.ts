/** A mesh: a link to each of the others, made when they come in and closed when they go. */
import type { ClientMessage } from '../../protocol/client.ts';
import type { IceConfiguration } from '../../protocol/common.ts';
import type { Outgoing, Source } from '../media/outgoing.ts';
import { FIRST, type Side } from './lifecycle/roster.ts';
import { createLink, type Link } from './pair/link.ts';
import { isPolite } from './pair/negotiation.ts';
import { createServerPath } from './server/server-path.ts';
import type { Lines, Topology, TopologyEvents } from './topology.ts';

export interface MeshParts {
  ice: IceConfiguration;
  outgoing: Record<Source, Outgoing>;
  /** Sends now or not at all, and says which. */
  post(message: ClientMessage): boolean;
  /** The call's id, and one's own place in it, as far as the server has said. */
  call(): string | undefined;
  own(): string | undefined;
  /** Whether the server keeps what has no address yet, for whoever accepts. */
  isRinging(): boolean;
  freshIce(): Promise<IceConfiguration | undefined>;
  /** Whether this person wants to save data. */
  isSaving(): boolean;
  events: TopologyEvents;
}

/** What only a mesh has: links, whose descriptions and candidates the server passes on. */
export interface Mesh extends Topology {
  /** The link of a call of two, which is begun before it is known to whom; whoever joins first gets it. */
  first(): Link;
  of(member: string): Link | undefined;
  links(): Link[];
  /** The ICE servers' credentials expire: also those that whoever comes in later begins with. */
  renewIce(): void;
}

type Pair = {
  link: Link;
  member: string | undefined;
  isConnected: boolean;
  lines: Lines;
  /** So many lines at most are sent there. */
  limit?: number | undefined;
};

/** What somebody wants who hasn't said anything. */
const ALL: Lines = { self: undefined, screen: undefined };

export function createMesh({ events, ...parts }: MeshParts): Mesh {
  const pairs = new Map<Side, Pair>();
  let { ice } = parts;

  const find = (member: string): [Side, Pair] | undefined =>
    [...pairs].find(([, pair]) => pair.member === member);

  function address(side: Side) {
    const call = parts.call();
    const to = pairs.get(side)?.member;
    if (call === undefined) return undefined;
    if (to !== undefined) return { call, to };
    return parts.isRinging() ? { call } : undefined;
  }

  async function freshIce(): Promise<IceConfiguration | undefined> {
    const fresh = await parts.freshIce();
    // Whoever comes in later begins with these.
    if (fresh) ice = fresh;
    return fresh;
  }

  function add(side: Side, member: string | undefined): Pair {
    const connected = (isConnected: boolean): void => {
      pair.isConnected = isConnected;
      if (pairs.get(side) === pair) events.connected(side, isConnected);
    };
    const link = createLink(
      ice,
      parts.outgoing,
      createServerPath(parts.post, () => address(side)),
      {
        freshIce,
        connected: () => connected(true),
        lost: () => connected(false),
        track: (source, stream) => events.stream(side, source, stream),
        channelOpened: () => events.channelOpened(side),
        channelMessage: (message) => events.message(side, message),
      },
    );
    const pair: Pair = { link, member, isConnected: false, lines: ALL };
    pairs.set(side, pair);
    fitAll();
    return pair;
  }

  /** What one line carries up is shared by all. */
  function fitAll(): void {
    const shared = { others: pairs.size, saving: parts.isSaving() };
    for (const { link, lines, limit } of pairs.values())
      link.fit({
        self: { height: lines.self, limit, ...shared },
        screen: { height: lines.screen, ...shared },
      });
  }

  const ofEach = <T>(ask: (pair: Pair) => T): Map<Side, T> =>
    new Map([...pairs].map(([side, pair]) => [side, ask(pair)]));

  function setPolite({ link, member }: Pair): void {
    const own = parts.own();
    if (own !== undefined && member !== undefined) link.setPolite(isPolite(own, member));
  }

  return {
    first: () => (pairs.get(FIRST) ?? add(FIRST, undefined)).link,

    join(member, offers) {
      const known = find(member);
      if (known) {
        setPolite(known[1]);
        return;
      }
      const first = pairs.get(FIRST);
      if (first && first.member === undefined) {
        first.member = member;
        setPolite(first);
        return;
      }
      const pair = add(member, member);
      setPolite(pair);
      if (offers) pair.link.offerAnew();
      else pair.link.renew();
    },

    publish(source, kind, track) {
      for (const { link } of pairs.values()) link.send(source, kind, track);
    },

    tell(message, to) {
      for (const [side, { link }] of pairs) if (to === undefined || to === side) link.say(message);
    },

    of: (member) => find(member)?.[1].link,
    sideOf: (member) => find(member)?.[0],

    leave(member) {
      const known = find(member);
      if (!known) return;
      pairs.delete(known[0]);
      known[1].link.close();
      fitAll();
    },

    members: () => [...pairs.values()].flatMap(({ member }) => member ?? []),
    links: () => [...pairs.values()].map(({ link }) => link),
    isAnyConnected: () => [...pairs.values()].some(({ isConnected }) => isConnected),

    shows(side, lines) {
      const pair = pairs.get(side);
      if (!pair) return;
      pair.lines = lines;
      fitAll();
    },
    limit(side, lines) {
      const pair = pairs.get(side);
      if (!pair || pair.limit === lines) return;
      pair.limit = lines;
      fitAll();
    },
    fit: fitAll,
    levels: () => ofEach(({ link }) => link.level()),
    statistics: () => ofEach(({ link, isConnected }) => (isConnected ? link.statistics() : undefined)),

    online() {
      for (const { link, member } of pairs.values()) if (member !== undefined) link.online();
    },

    renewIce() {
      void freshIce();
      for (const { link } of pairs.values()) link.renewIce();
    },

    close() {
      for (const { link } of pairs.values()) link.close();
    },
  };
}
