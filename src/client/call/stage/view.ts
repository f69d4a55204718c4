/** The call page's picture of the call: states and what the person does go through here, nothing else touches the page. */
import * as v from 'valibot';
import { find, setText } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Feeds } from '../../media/feeds.ts';
import { RecordingMode } from '../../recording/mode.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import type { ScreenShare } from '../../media/screen-share.ts';
import { hasLeft, type Reason, type State } from '../lifecycle/state.ts';
import type { Source } from '../../media/outgoing.ts';
import { collectFeeds } from './collect-feeds.ts';
import { createDeviceSelects } from './device-selects.ts';
import { formatDuration } from './duration.ts';
import { createGate } from './gate.ts';
import { stopWaiting } from './loading.ts';
import { createNotices } from './notices.ts';
import { keepPlaying } from './playback.ts';
import { createRingback } from './ringback.ts';
import { createScreenTile } from './screen-tile.ts';
import { wireShortcuts } from './shortcuts.ts';
import { createSound, type Sound } from './sound.ts';
import { createTile } from './tile.ts';
import { createToolbar, type ToolbarActions } from './toolbar.ts';
import { canFloat, wirePictureInPicture } from './picture-in-picture.ts';
import { wireFullScreen } from './full-screen.ts';
import { createWakeLock } from './wake-lock.ts';

export interface View {
  /** A call begins: with whom. */
  begin(peerName: string): void;
  /** Asks whether to begin at all, and does so at a press. */
  ask(begin: () => void): void;
  /** @param since when the call was answered, as `performance.now()` counts */
  state(state: State, since: number | undefined): void;
  remoteStream(source: Source, stream: MediaStream): void;
  remoteState(state: PeerMedia): void;
  /** One's own media have changed. */
  local(): void;
  /** What can be seen and heard now. */
  feeds(): Feeds;
  /** What is to be recorded, as chosen. */
  mode(): RecordingMode;
  /** Says something about one matter until it is settled. */
  notice(matter: 'screen' | 'recording', text: string | undefined): void;
}

type PeerMedia = {
  microphone: boolean;
  camera: boolean;
  recording: boolean;
  screen?: boolean | undefined;
  interrupted?: boolean | undefined;
  lack?: 'asking' | 'unavailable' | undefined;
};

/** What of the other side plays: each by an element of its own. */
type Played = 'sound' | 'picture' | 'screen-sound' | 'screen-picture';

/** What this page sends, and what it makes of the call. */
export interface Media {
  local: LocalMedia;
  screen: ScreenShare;
  recording: { isOn(): boolean };
}

export function createView(
  root: HTMLElement,
  say: Say,
  myName: string,
  { local, screen: shared, recording }: Media,
  actions: ToolbarActions,
): View {
  const heading = find(root, '.call-head h1', HTMLElement);
  const status = find(root, '.call-status', HTMLElement);
  const clock = find(root, '.call-duration', HTMLElement);
  const stage = find(root, '.stage', HTMLElement);
  const controls = find(root, '[role="toolbar"]', HTMLElement);
  const devices = find(root, '.devices', HTMLDetailsElement);
  const floating = find(root, '[data-do="pip"]', HTMLButtonElement);
  const over = find(root, '.call-over', HTMLElement);
  const reasoned = find(over, '.call-reason', HTMLElement);
  const gate = createGate(find(root, '.call-gate', HTMLElement));
  const recorded = find(root, '.call-recording', HTMLElement);
  const remote = createTile(find(stage, '.tile:not(.self)', HTMLElement), (is) => tellStill('picture', is));
  const self = createTile(find(stage, '.tile.self', HTMLElement));
  const choice = find(devices, '[data-choice="recording"]', HTMLSelectElement);
  const notices = createNotices(find(root, '.call-notice', HTMLElement), say);
  const switches = {
    microphone: () => sayAgain(actions.microphone),
    camera: () => sayAgain(actions.camera),
  };
  const toolbar = createToolbar(controls, { ...actions, ...switches });
  wireShortcuts(root, switches, () => !controls.hidden);
  // One's own screen isn't shown, it would show itself in itself; but a screenshot can be taken of it.
  const own = Object.assign(document.createElement('video'), {
    muted: true,
    playsInline: true,
    autoplay: true,
  });
  const keepOwn = keepPlaying(own, {});
  const screen = createScreenTile(
    stage,
    (output) => soundOf('screen-sound', output),
    (is) => tellStill('screen-picture', is),
  );
  const output = find(stage, 'audio', HTMLAudioElement);
  const tone = find(root, '.ringback', HTMLAudioElement);
  const ringback = createRingback(tone);
  const selects = createDeviceSelects(root, local, shared, [output, screen.output, tone], say);
  const sound = soundOf('sound', output);
  wireFullScreen(find(root, '[data-do="fullscreen"]', HTMLButtonElement), root);
  wirePictureInPicture(floating, [screen.video, remote.video]);

  const still = new Set<Played>();
  let shown: State = { name: 'idle' };
  let answeredAt: number | undefined;
  let name = '';
  let isPeerRecording = false;
  /** What the other side said last about itself, unless that was before it left. */
  let told: PeerMedia | undefined;
  const streams: Record<Source, MediaStream | null> = { self: null, screen: null };
  const wake = createWakeLock(() => shown.name !== 'idle' && shown.name !== 'ended');

  setInterval(tick, 1000);
  self.show(local.outgoing.stream);

  function soundOf(matter: 'sound' | 'screen-sound', output: HTMLAudioElement): Sound {
    return createSound(output, {
      blocked: (needsTap) => tellStill(matter, needsTap),
      capturing: () => local.isLive('audio'),
    });
  }

  /** Whatever stands still is one thing to say, since one tap is enough for all of it. */
  function tellStill(what: Played, isStill: boolean): void {
    if (isStill) still.add(what);
    else still.delete(what);
    const isSound = still.has('sound') || still.has('screen-sound');
    const text = say(isSound ? 'soundBlocked' : 'pictureBlocked');
    notices.set('still', still.size > 0 ? text : undefined, {
      label: say(isSound ? 'hear' : 'see'),
      run: playAll,
    });
  }

  function playAll(): void {
    for (const played of [sound, remote, self, screen, keepOwn, ringback]) played.retry();
  }

  function showRemote(source: Source, stream: MediaStream | null): void {
    streams[source] = stream;
    if (source === 'screen') screen.show(stream);
    else {
      remote.show(stream);
      sound.listen(stream);
    }
  }

  function tick(): void {
    if (answeredAt === undefined || shown.name === 'ended') return;
    clock.hidden = false;
    setText(clock, formatDuration(performance.now() - answeredAt));
  }

  /** What was put away is of interest again to who tries again. */
  function sayAgain(action: () => void): void {
    for (const matter of ['both', 'microphone', 'camera']) notices.set(matter, undefined);
    action();
  }

  /** The same trouble with both is one thing to do, and one thing to read. */
  function tellProblems(): void {
    const [microphone, camera] = [local.trouble('audio'), local.trouble('video')];
    const both = microphone === camera ? microphone : undefined;
    notices.set('both', both && say(`both-${both}`));
    notices.set('microphone', both ? undefined : microphone && say(`microphone-${microphone}`));
    notices.set('camera', both ? undefined : camera && say(`camera-${camera}`));
    const held = [local.isInterrupted('audio'), local.isInterrupted('video')];
    const which = held.every(Boolean) ? 'both' : held[0] ? 'microphone' : 'camera';
    notices.set('held', held.some(Boolean) ? say(`${which}-interrupted`) : undefined);
  }

  /** It stands there for as long as anybody records. */
  function tellRecording(): void {
    const own = recording.isOn();
    const key = own ? (isPeerRecording ? 'recordingBoth' : 'recordingOwn') : 'recordingPeer';
    setText(recorded, own || isPeerRecording ? say(key, { name }) : '');
  }

  /** The last picture of somebody who has gone would stand there as if they were. */
  function tellLeft(left: boolean): void {
    notices.set('left', left ? say('peerLeft', { name }) : undefined);
    if (left) {
      told = undefined;
      showPeer({ microphone: true, camera: false, recording: false });
    } else if (told) showPeer(told);
  }

  function showPeer(state: PeerMedia): void {
    remote.camera(state.camera);
    const silence = state.interrupted ? 'peerInterrupted' : state.microphone ? undefined : silenceKey(state);
    remote.silence(silence && say(silence));
    screen.shared(state.screen === true);
    isPeerRecording = state.recording;
    tellRecording();
  }

  /** The call, the question that comes before it, or what is left when it is over. */
  function show(part: 'gate' | 'call' | 'over'): void {
    for (const element of [stage, controls, devices]) element.hidden = part !== 'call';
    floating.hidden = part !== 'call' || !canFloat(remote.video);
    if (part !== 'gate') gate.hide();
    find(over, '.row', HTMLElement).hidden = part !== 'over';
    if (part === 'over') return;
    // The line of the reason is always there, and speaks up when it gets a text.
    delete over.dataset.reason;
    setText(reasoned, '');
  }

  function end(reason: Reason): void {
    const focused = document.activeElement;
    tick();
    notices.clear();
    for (const source of ['self', 'screen'] as const) showRemote(source, null);
    screen.shared(false);
    isPeerRecording = false;
    tellRecording();
    show('over');
    over.dataset.reason = reason;
    setText(reasoned, reason === 'hung-up' ? '' : say(`end-${reason}`, { name }));
    find(over, 'a:last-child', HTMLElement).hidden = reason === 'unsupported';
    // Whatever vanishes with the call takes the focus with it.
    if (focused?.getClientRects().length === 0) find(over, 'a', HTMLElement).focus();
    if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => undefined);
  }

  return {
    begin(peerName) {
      name = peerName;
      setText(heading, peerName);
      remote.name(peerName);
      remote.camera(undefined);
      remote.silence(undefined);
      screen.name(say('screenOf', { name }));
      notices.clear();
      isPeerRecording = false;
      clock.hidden = true;
      answeredAt = undefined;
      show('call');
    },
    ask(begin) {
      show('gate');
      gate.open(begin);
    },
    state(state, since) {
      const before = shown;
      shown = state;
      if (state.name === 'active') stopWaiting();
      answeredAt = since;
      root.dataset.state = state.name;
      setText(status, say(statusKey(state)));
      tick();
      if (hasLeft(state) !== hasLeft(before)) tellLeft(hasLeft(state));
      if (gate.isOpen() && state.name !== 'ringing') show('call');
      if (state.name === 'ended' && before.name !== 'ended') end(state.reason);
      wake.update();
      ringback.update(state);
    },
    remoteStream: showRemote,
    remoteState(state) {
      told = state;
      // The server may say that they left before the last of what they said has come.
      if (!hasLeft(shown)) showPeer(state);
    },
    local() {
      toolbar.update(local, shared, recording.isOn());
      tellRecording();
      // What is recorded can't be another thing in the middle.
      choice.disabled = recording.isOn();
      const ownStream = shared.isOn() ? shared.outgoing.stream : null;
      if (own.srcObject !== ownStream) {
        own.srcObject = ownStream;
        keepOwn.start();
      }
      selects.update();
      self.camera(local.isLive('video'));
      // Firefox and Safari let a page be heard that hears; and a call that interrupted this one may be over.
      if (local.isLive('audio')) playAll();
      else ringback.retry();
      tellProblems();
    },
    feeds: () => collectFeeds({ say, name, myName, local, shared, ownScreen: own, remote, self, screen, streams }),
    mode: () => v.parse(RecordingMode, choice.value),
    notice: (matter, text) => notices.set(matter, text),
  };
}

/** Who has not been heard yet, or can't be, isn't muted. */
function silenceKey({ lack }: PeerMedia): string {
  return lack === 'asking' ? 'peerAsking' : lack === 'unavailable' ? 'peerUnavailable' : 'peerMuted';
}

/** "Ringing…" is said only when it does ring at the other side. */
function statusKey(state: State): string {
  switch (state.name) {
    case 'calling':
      return state.rung ? 'statusRinging' : 'statusConnecting';
    case 'idle':
    case 'connecting':
      return 'statusConnecting';
    case 'ringing':
      return 'statusRinging';
    case 'active':
      return 'statusConnected';
    case 'reconnecting':
      return 'statusReconnecting';
    case 'ended':
      return state.reason === 'unsupported' ? 'statusUnsupported' : 'statusEnded';
    default:
      return state satisfies never;
  }
}
