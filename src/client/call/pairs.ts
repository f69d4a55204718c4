/** The links to all others in the call, one for each: made when they come in, closed when they go. */
import type { ChannelMessage } from '../../protocol/channel.ts';
import type { ClientMessage } from '../../protocol/client.ts';
import type { IceConfiguration } from '../../protocol/common.ts';
import type { Outgoing, Source } from '../media/outgoing.ts';
import { FIRST, type Side } from './lifecycle/roster.ts';
import { createLink, type Link } from './pair/link.ts';
import { isPolite } from './pair/negotiation.ts';
import type { Statistics } from './pair/stats.ts';
import { createServerPath } from './server/server-path.ts';

export interface PairEvents {
  /** Whether this link carries, each time that changes. */
  connected(side: Side, isConnected: boolean): void;
  stream(side: Side, source: Source, stream: MediaStream): void;
  channelOpened(side: Side): void;
  message(side: Side, message: ChannelMessage): void;
}

export interface PairParts {
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
  events: PairEvents;
}

export interface Pairs {
  /** The link of a call of two, which is begun before it is known to whom. */
  first(): Link;
  /**
   * Somebody is in the call. The first link becomes theirs, if it is nobody's yet; else they get one of their own.
   * @param offers whether this side makes the first offer; else theirs is waited for
   * @returns whether they weren't known before
   */
  meet(member: string, offers: boolean): boolean;
  of(member: string): Link | undefined;
  sideOf(member: string): Side | undefined;
  /** They are gone for good. */
  drop(member: string): void;
  members(): string[];
  links(): Link[];
  isAnyConnected(): boolean;
  /** In how many lines they show what they get of one's own pictures (protocol/channel.ts). */
  shows(side: Side, lines: Lines): void;
  /** How many lines of a picture the connection to one of them carries; undefined for all. */
  carries(side: Side, lines: number | undefined): void;
  /** What may be sent has changed. */
  fit(): void;
  /** How loud each is at this moment, 0 to 1. */
  levels(): Map<Side, number>;
  /** What the browser counts of each connection that carries. */
  statistics(): Map<Side, Promise<Statistics> | undefined>;
  /** Says something to one of them. */
  say(side: Side, message: ChannelMessage): void;
  /** The ICE servers' credentials expire: also those that whoever comes in later begins with. */
  renewIce(): void;
  close(): void;
}

type Lines = Record<Source, number | undefined>;

type Pair = {
  link: Link;
  member: string | undefined;
  isConnected: boolean;
  lines: Lines;
  /** As many lines as its connection carries. */
  carried?: number | undefined;
};

/** What somebody wants who hasn't said anything. */
const ALL: Lines = { self: undefined, screen: undefined };

export function createPairs({ events, ...parts }: PairParts): Pairs {
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
    for (const { link, lines, carried } of pairs.values())
      link.fit({
        self: { height: lines.self, carried, ...shared },
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

    meet(member, offers) {
      const known = find(member);
      if (known) {
        setPolite(known[1]);
        return false;
      }
      const first = pairs.get(FIRST);
      if (first && first.member === undefined) {
        first.member = member;
        setPolite(first);
        return true;
      }
      const pair = add(member, member);
      setPolite(pair);
      if (offers) pair.link.offerAnew();
      else pair.link.renew();
      return true;
    },

    of: (member) => find(member)?.[1].link,
    sideOf: (member) => find(member)?.[0],

    drop(member) {
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
    carries(side, lines) {
      const pair = pairs.get(side);
      if (!pair || pair.carried === lines) return;
      pair.carried = lines;
      fitAll();
    },
    fit: fitAll,
    levels: () => ofEach(({ link }) => link.level()),
    statistics: () => ofEach(({ link, isConnected }) => (isConnected ? link.statistics() : undefined)),
    say: (side, message) => void pairs.get(side)?.link.say(message),

    renewIce() {
      void freshIce();
      for (const { link } of pairs.values()) link.renewIce();
    },

    close() {
      for (const { link } of pairs.values()) link.close();
    },
  };
}
