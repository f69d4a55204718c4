/** What there is to see and hear in a call at one moment: what screenshots and recordings are made of. */

/** What a video shows: someone's screen, another person, or oneself. */
export type Role = 'screen' | 'other' | 'self';

export interface VideoFeed {
  role: Role;
  /** Whether it comes from this page. */
  own: boolean;
  /** The id of whose it is, of others and as far as it is known. */
  user?: number | undefined;
  /** What it is called on this page. */
  name: string;
  /** Whose it is, by their own name. */
  person: string;
  video: HTMLVideoElement;
  /** Whether it shows something; a person whose camera is off is there all the same. */
  seen: boolean;
}

export interface AudioFeed {
  own: boolean;
  user?: number | undefined;
  track: MediaStreamTrack;
}

export interface Feeds {
  video: VideoFeed[];
  audio: AudioFeed[];
}
