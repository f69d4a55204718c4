/** One's own screen, shown to the others: asked for, given a hint of what is on it, and ended from either side. */
import { createOutgoing, type Kind, type Outgoing } from './outgoing.ts';

/** What is on the screen (W3C MediaStreamTrack Content Hints): text that must stay sharp, or something that moves. */
export type Hint = 'detail' | 'motion';

export interface ScreenShareEvents {
  /** Another track, or none, is to be sent from now on. */
  track(kind: Kind, track: MediaStreamTrack | null): void;
  changed(): void;
  /** The browser was asked and couldn't, or could; a person saying no is not a failure. */
  problem(problem: ScreenProblem | undefined): void;
  /** Whether there still is somebody to show it to. */
  wanted(): boolean;
}

export interface ScreenShare {
  outgoing: Outgoing;
  isOn(): boolean;
  /** Asks for a screen, or stops showing it. */
  toggle(): Promise<void>;
  stop(): void;
  /** Applies to what is shown now as well. */
  hint(hint: Hint): void;
}

/** Phones and tablets have no such thing. */
export const canShareScreen = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

/** Newer than TypeScript's own types. */
type Options = DisplayMediaStreamOptions & {
  audio: MediaTrackConstraints & { restrictOwnAudio?: boolean };
  systemAudio: 'include' | 'exclude';
  surfaceSwitching: 'include';
};

/**
 * The system's audio includes what this page plays, so the other side would hear itself. If the browser can remove that
 * (Screen Capture, `restrictOwnAudio`), all audio is shared, otherwise only that of a tab.
 */
export const displayOptions = (canRestrict: boolean): Options => ({
  video: { frameRate: { ideal: 30, max: 30 } },
  audio: {
    // The filters that help speech spoil music.
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
    ...(canRestrict && { restrictOwnAudio: true }),
  },
  systemAudio: canRestrict ? 'include' : 'exclude',
  surfaceSwitching: 'include',
});

const canRestrictOwnAudio = (): boolean =>
  'restrictOwnAudio' in navigator.mediaDevices.getSupportedConstraints();

/** Why no screen is shared; undefined where the person has changed their mind. */
export type ScreenProblem = 'failed' | 'forbidden' | 'none';

/**
 * Sorts the errors of getDisplayMedia (W3C Screen Capture §5.1). If the system doesn't let the browser record the screen,
 * Chromium says so; Firefox then finds no screen.
 */
export function screenProblemOf(error: unknown): ScreenProblem | undefined {
  const { name, message } = error instanceof DOMException ? error : { name: '', message: '' };
  if (name === 'NotFoundError') return 'none';
  if (name !== 'NotAllowedError') return 'failed';
  return /\bsystem\b/i.test(message) ? 'forbidden' : undefined;
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

export function createScreenShare(events: ScreenShareEvents): ScreenShare {
  const outgoing = createOutgoing(events.track);
  let hint: Hint = 'detail';
  let asking = false;
  /** A screen requested before the call ended must not be shown in a later one. */
  let ends = 0;

  function stop(): void {
    ends += 1;
    if (!outgoing.sources.video && !outgoing.sources.audio) return;
    outgoing.put('video', null);
    outgoing.put('audio', null);
    events.changed();
  }

  async function start(): Promise<void> {
    if (asking) return;
    asking = true;
    const before = ends;
    const isWanted = () => ends === before && events.wanted();
    try {
      const canRestrict = canRestrictOwnAudio();
      const stream = await navigator.mediaDevices.getDisplayMedia(displayOptions(canRestrict));
      if (isWanted()) {
        events.problem(undefined);
        use(stream, canRestrict);
      } else release(stream);
    } catch (error) {
      const problem = screenProblemOf(error);
      if (problem) console.warn('The screen could not be shared.', error);
      if (isWanted()) events.problem(problem);
    } finally {
      asking = false;
    }
  }

  function use(stream: MediaStream, canRestrict: boolean): void {
    const [video] = stream.getVideoTracks();
    const [given] = stream.getAudioTracks();
    // Older browsers don't know how to leave the system's sound out.
    const audio = canRestrict || video?.getSettings().displaySurface === 'browser' ? given : undefined;
    if (given !== audio) given?.stop();
    if (!video) {
      release(stream);
      return;
    }
    video.contentHint = hint;
    // The browser's own "Stop sharing" ends the track.
    video.addEventListener('ended', () => outgoing.sources.video === video && stop());
    audio?.addEventListener('ended', () => outgoing.sources.audio === audio && outgoing.put('audio', null));
    outgoing.put('video', video);
    outgoing.put('audio', audio ?? null);
    events.changed();
  }

  return {
    outgoing,
    isOn: () => outgoing.sources.video !== null,
    toggle: async () => (outgoing.sources.video ? stop() : start()),
    stop,
    hint(wanted) {
      hint = wanted;
      const { video } = outgoing.tracks;
      if (!video) return;
      video.contentHint = hint;
      events.track('video', video);
    },
  };
}
