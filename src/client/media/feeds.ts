/** What there is to see and hear in a call at one moment: what screenshots and recordings are made of. */
import * as v from 'valibot';
import type { Role } from '../recording/layout.ts';

export interface Picture {
  role: Role;
  /** Whether it comes from this page. */
  own: boolean;
  /** What it is called on this page. */
  name: string;
  /** Whose it is, by their own name. */
  person: string;
  video: HTMLVideoElement;
  /** Whether it shows something; a person whose camera is off is there all the same. */
  seen: boolean;
}

export interface Voice {
  own: boolean;
  track: MediaStreamTrack;
}

export interface Scene {
  pictures: Picture[];
  voices: Voice[];
}

/** What is recorded, as the server calls it (docs/recordings.md). */
export const Mode = v.picklist(['everyone', 'me', 'other', 'sound']);
export type Mode = v.InferOutput<typeof Mode>;

/** What of a scene is recorded in a mode. */
export function partOf({ pictures, voices }: Scene, mode: Mode): Scene {
  const isIn = ({ own }: { own: boolean }) => (mode === 'me' ? own : mode === 'other' ? !own : true);
  return { pictures: mode === 'sound' ? [] : pictures.filter(isIn), voices: voices.filter(isIn) };
}
