/** What the browser is asked for: which answer still counts, and which question nobody answers. */

import { type Problem, problemOf } from './devices.ts';
import type { Kind } from './outgoing.ts';

/** A browser that has the permission opens a device in less; after that a person has to be told what is waited for. */
const UNANSWERED_MS = 3000;

/** The tracks that count, and those of the kinds that count for which there is a problem instead. */
export interface Answer {
  tracks: MediaStreamTrack[];
  failed: Kind[];
  problem: Problem | undefined;
}

export interface DeviceRequests {
  /** Asks for devices of these kinds in one question. An answer that comes after a newer question counts no more. */
  ask(kinds: Kind[], request: () => Promise<MediaStream>): Promise<Answer>;
  /** Whether there is no answer yet. */
  isOpen(kind: Kind): boolean;
  /** Whether there has been none for so long that somebody has to be told. */
  isUnanswered(kind: Kind): boolean;
}

export const kindOf = (track: MediaStreamTrack): Kind => (track.kind === 'audio' ? 'audio' : 'video');

/** @param late a question has gone unanswered for 3 s */
export function createDeviceRequests(late: () => void): DeviceRequests {
  const newest: Partial<Record<Kind, object>> = {};
  const unanswered = new Set<Kind>();

  return {
    async ask(kinds, request) {
      const question = {};
      for (const kind of kinds) {
        newest[kind] = question;
        unanswered.delete(kind);
      }
      const counting = () => kinds.filter((kind) => newest[kind] === question);
      const timer = setTimeout(() => {
        for (const kind of counting()) unanswered.add(kind);
        late();
      }, UNANSWERED_MS);
      try {
        const tracks = (await request()).getTracks();
        const counts = (track: MediaStreamTrack) => newest[kindOf(track)] === question;
        for (const track of tracks) if (!counts(track)) track.stop();
        return { tracks: tracks.filter(counts), failed: [], problem: undefined };
      } catch (error) {
        return { tracks: [], failed: counting(), problem: problemOf(error) };
      } finally {
        clearTimeout(timer);
        for (const kind of counting()) {
          delete newest[kind];
          unanswered.delete(kind);
        }
      }
    },
    isOpen: (kind) => newest[kind] !== undefined,
    isUnanswered: (kind) => unanswered.has(kind),
  };
}
