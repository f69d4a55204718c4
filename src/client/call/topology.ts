/**
 * How the media of one call get from each page to the others. Today each page sends them to each of the others (mesh.ts); a
 * server in the middle that takes them once and passes them on would be another form of this.
 */
import type { ChannelMessage } from '../../protocol/channel.ts';
import type { Kind, Source } from '../media/outgoing.ts';
import type { Side } from './lifecycle/roster.ts';
import type { Statistics } from './pair/stats.ts';

/** Of each picture: in how many lines somebody wants it; 0 for not at all, undefined for as many as there are. */
export type Lines = Record<Source, number | undefined>;

export interface Topology {
  /**
   * Somebody is in the call: media go to them from now on, and come from them.
   * @param offers whether this side makes the first offer; else theirs is waited for
   */
  join(member: string, offers: boolean): void;
  /** Everybody who is there gets this track from now on; null is nothing. Whoever joins later gets what is outgoing then. */
  publish(source: Source, kind: Kind, track: MediaStreamTrack | null): void;
  /** Says something to one of them, or to all, by the way that media take: the server isn't needed, and doesn't hear it. */
  tell(message: ChannelMessage, to?: Side): void;
  /** They are gone for good. */
  leave(member: string): void;

  members(): string[];
  sideOf(member: string): Side | undefined;
  isAnyConnected(): boolean;
  /** In how many lines they show what they get of one's own pictures. */
  shows(side: Side, lines: Lines): void;
  /** Sends one of them no more lines of a picture; undefined for as many as there are. */
  limit(side: Side, lines: number | undefined): void;
  /** What may be sent has changed. */
  fit(): void;
  /** How loud each is at this moment, 0 to 1. */
  levels(): Map<Side, number>;
  /** What the browser counts of the connection to each that carries. */
  statistics(): Map<Side, Promise<Statistics> | undefined>;
  /** The browser has a network again. */
  online(): void;
  /** The call is over. */
  close(): void;
}

export interface TopologyEvents {
  /** Whether media get to somebody and back, each time that changes. */
  connected(side: Side, isConnected: boolean): void;
  stream(side: Side, source: Source, stream: MediaStream): void;
  /** From now on they can be told something. */
  channelOpened(side: Side): void;
  message(side: Side, message: ChannelMessage): void;
}
