/** The other side as this page shows it: camera, voice, screen, and what it says about itself. */
import { find } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Source } from '../../media/outgoing.ts';
import { createScreenTile, type ScreenTile } from './screen-tile.ts';
import { createSound, type Sound } from './sound.ts';
import type { Played } from './stalled.ts';
import { createTile, type Tile } from './tile.ts';

/** What it says about its own media (protocol/channel.ts). */
export interface PeerMedia {
  microphone: boolean;
  camera: boolean;
  recording: boolean;
  screen?: boolean | undefined;
  interrupted?: boolean | undefined;
  lack?: 'asking' | 'unavailable' | undefined;
}

/** Nothing is known about someone who has left; their last frame would look as if they were still here. */
const GONE: PeerMedia = { microphone: true, camera: false, recording: false };

export interface OtherSide {
  tile: Tile;
  screen: ScreenTile;
  /** Plays the voice. */
  output: HTMLAudioElement;
  streams: Record<Source, MediaStream | null>;
  /** A call begins: with whom. */
  begin(name: string): void;
  show(source: Source, stream: MediaStream | null): void;
  update(state: PeerMedia): void;
  /** It has left on purpose, or is no longer away. */
  left(isAway: boolean): void;
  isRecording(): boolean;
  /** Plays what was refused or paused. */
  retry(): void;
  end(): void;
}

export interface OtherSideEvents {
  /** Something is stuck until somebody taps, or no longer is. */
  stalled(what: Played, isStill: boolean): void;
  /** Whether one's own microphone is open. */
  capturing(): boolean;
  /** The other side says whether it is recording. */
  recording(): void;
  /** Whether there is a screen of theirs to see. */
  shared(isShared: boolean): void;
}

export function createOtherSide(stage: HTMLElement, say: Say, events: OtherSideEvents): OtherSide {
  const tile = createTile(find(stage, '.tile:not(.self)', HTMLElement), (is) => events.stalled('video', is));
  const screen = createScreenTile(
    stage,
    (output) => soundOf('screen-sound', output),
    (is) => events.stalled('screen-video', is),
    events.shared,
  );
  const output = find(stage, 'audio', HTMLAudioElement);
  const sound = soundOf('sound', output);
  const streams: Record<Source, MediaStream | null> = { self: null, screen: null };
  let isRecording = false;
  let isAway = false;
  /** What it last said about itself, unless that was before it left. */
  let told: PeerMedia | undefined;

  function soundOf(what: 'sound' | 'screen-sound', output: HTMLAudioElement): Sound {
    return createSound(output, {
      blocked: (needsTap) => events.stalled(what, needsTap),
      capturing: events.capturing,
    });
  }

  function show(source: Source, stream: MediaStream | null): void {
    streams[source] = stream;
    if (source === 'screen') screen.show(stream);
    else {
      tile.show(stream);
      sound.listen(stream);
    }
  }

  function render(state: PeerMedia): void {
    tile.camera(state.camera);
    const silence = state.interrupted ? 'peerInterrupted' : state.microphone ? undefined : silenceKey(state);
    tile.silence(silence && say(silence));
    screen.shared(state.screen === true);
    isRecording = state.recording;
    events.recording();
  }

  return {
    tile,
    screen,
    output,
    streams,
    begin(name) {
      tile.name(name);
      tile.camera(undefined);
      tile.silence(undefined);
      screen.name(say('screenOf', { name }));
      isRecording = false;
    },
    show,
    update(state) {
      told = state;
      // The server may say that they left before the last of what they said has come.
      if (!isAway) render(state);
    },
    left(away) {
      isAway = away;
      if (away) {
        told = undefined;
        render(GONE);
      } else if (told) render(told);
    },
    isRecording: () => isRecording,
    retry() {
      for (const played of [sound, tile, screen]) played.retry();
    },
    end() {
      for (const source of ['self', 'screen'] as const) show(source, null);
      screen.shared(false);
      isRecording = false;
      events.recording();
    },
  };
}

/** Someone who hasn't been heard yet, or can't be, isn't muted. */
function silenceKey({ lack }: PeerMedia): string {
  return lack === 'asking' ? 'peerAsking' : lack === 'unavailable' ? 'peerUnavailable' : 'peerMuted';
}
