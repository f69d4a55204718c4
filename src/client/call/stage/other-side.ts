/** Another person as this page shows them: camera, voice, screen, and what they say about themselves. */
import { find } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Source } from '../../media/outgoing.ts';
import { type Absence, watchAbsence } from './absence.ts';
import { createScreenTile, type ScreenTile } from './screen-tile.ts';
import { createSound, type Sound } from './sound.ts';
import type { Played } from './stalled.ts';
import { createTile, type Face, type Tile } from './tile.ts';

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
  /** What plays their voice, and the sound of their screen. */
  outputs: readonly HTMLAudioElement[];
  streams: Record<Source, MediaStream | null>;
  /** A call begins: with whom. Whose face isn't told has it already. */
  begin(name: string, face?: Face): void;
  name(): string;
  user(): number | undefined;
  show(source: Source, stream: MediaStream | null): void;
  update(state: PeerMedia): void;
  /** It has left on purpose, or is no longer away. */
  left(isAway: boolean): void;
  /** Whether what is shown is what they do now. */
  carries(isConnected: boolean): void;
  /** Whether they are heard to speak. */
  speaks(isSpeaking: boolean): void;
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
  /** They aren't there at this moment, or are again. Missing in a call of two, whose status says it. */
  absent?: ((absence: Absence | undefined) => void) | undefined;
}

/**
 * Takes over the two tiles of one person: of themselves, and of their screen.
 * @param gone from when on nothing of them is played any more
 */
export function createOtherSide(
  elements: Record<Source, HTMLElement>,
  say: Say,
  gone: AbortSignal,
  events: OtherSideEvents,
): OtherSide {
  const tile = createTile(elements.self, (is) => events.stalled('video', is), gone);
  const screen = createScreenTile(elements.screen, gone, {
    soundOf: (output) => soundOf('screen-sound', output),
    stuck: (is) => events.stalled('screen-video', is),
    shown: events.shared,
  });
  const output = find(elements.self, 'audio', HTMLAudioElement);
  const sound = soundOf('sound', output);
  const streams: Record<Source, MediaStream | null> = { self: null, screen: null };
  let ownName = '';
  let user: number | undefined;
  let isRecording = false;
  let isAway = false;
  /** What it last said about itself, unless that was before it left. */
  let told: PeerMedia | undefined;
  let shown: PeerMedia | undefined;
  let absence: Absence | undefined;
  const watch = watchAbsence((now) => {
    if (!events.absent) return;
    absence = now;
    mark();
    events.absent(now);
  });

  /** Says beside their name why they can't be heard or seen. */
  function mark(): void {
    const key = absence ? `peer-${absence}` : shown && silenceKey(shown);
    tile.silence(key && say(key));
  }

  function soundOf(what: 'sound' | 'screen-sound', output: HTMLAudioElement): Sound {
    return createSound(
      output,
      { blocked: (needsTap) => events.stalled(what, needsTap), capturing: events.capturing },
      gone,
    );
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
    shown = state;
    tile.camera(state.camera);
    mark();
    screen.shared(state.screen === true);
    isRecording = state.recording;
    events.recording();
  }

  return {
    tile,
    screen,
    outputs: [output, screen.output],
    streams,
    name: () => ownName,
    user: () => user,
    begin(name, face) {
      ownName = name;
      tile.name(name);
      user = face?.user;
      if (face) tile.face(name, face);
      tile.camera(undefined);
      shown = undefined;
      mark();
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
      watch(away);
    },
    carries(isConnected) {
      for (const element of Object.values(elements)) element.dataset.carries = String(isConnected);
      watch(undefined, isConnected);
    },
    speaks(isSpeaking) {
      elements.self.toggleAttribute('data-speaking', isSpeaking);
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
function silenceKey({ microphone, interrupted, lack }: PeerMedia): string | undefined {
  if (interrupted) return 'peerInterrupted';
  if (microphone) return undefined;
  return lack === 'asking' ? 'peerAsking' : lack === 'unavailable' ? 'peerUnavailable' : 'peerMuted';
}
