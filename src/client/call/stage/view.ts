/** Puts the stage together: states and actions go through here; nothing else changes the stage. */
import * as v from 'valibot';
import type { Media } from '../../../protocol/common.ts';
import { find } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Feeds } from '../../media/feeds.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import type { Source } from '../../media/outgoing.ts';
import type { ScreenShare } from '../../media/screen-share.ts';
import { RecordingMode } from '../../recording/mode.ts';
import { hasLeft, type Reason, type State } from '../lifecycle/state.ts';
import { createArrangement } from './arrangement.ts';
import { collectFeeds } from './collect-feeds.ts';
import { wireCorner } from './corner.ts';
import { createDeviceNotices, isInstalled } from './device-notices.ts';
import { createDeviceSelects } from './device-selects.ts';
import { createFlipCamera } from './flip-camera.ts';
import { wireFullScreen } from './full-screen.ts';
import { stopWaiting } from './loading.ts';
import { createNotices } from './notices.ts';
import { createOtherSide, type PeerMedia } from './other-side.ts';
import { createPanels } from './panels.ts';
import { wirePictureInPicture } from './picture-in-picture.ts';
import { createRecordingSign } from './recording-sign.ts';
import { createRingback } from './ringback.ts';
import { createSharePreview } from './share-preview.ts';
import { wireShortcuts } from './shortcuts.ts';
import { createStalled } from './stalled.ts';
import { createStatus } from './status.ts';
import { createTile } from './tile.ts';
import { createToolbar, type ToolbarActions } from './toolbar.ts';
import { createWakeLock } from './wake-lock.ts';

export interface View {
  /** A call begins: with whom, and as what. */
  begin(peerName: string, media: Media): void;
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

/** What this page sends, and what it makes of the call. */
export interface OwnMedia {
  local: LocalMedia;
  screen: ScreenShare;
  recording: { isOn(): boolean };
}

/** @param isHeard whether the server knows all that this page has to tell it */
export function createView(
  root: HTMLElement,
  say: Say,
  myName: string,
  { local, screen: shared, recording }: OwnMedia,
  actions: ToolbarActions,
  isHeard: () => boolean,
): View {
  const stage = find(root, '.stage', HTMLElement);
  const controls = find(root, '[role="toolbar"]', HTMLElement);
  const recorded = createRecordingSign(find(root, '.call-recorded', HTMLElement), say);
  const choice = find(root, '.record fieldset', HTMLFieldSetElement);
  const tone = find(root, '.ringback', HTMLAudioElement);
  const status = createStatus(root, say);
  const notices = createNotices(find(root, '.call-notice', HTMLElement), say);
  const deviceNotices = createDeviceNotices(local, notices, say, isInstalled);
  const arrangement = createArrangement(stage);
  const other = createOtherSide(stage, say, {
    stalled: createStalled(notices, say, playAll),
    capturing: () => local.isLive('audio'),
    recording: tellRecording,
    shared: arrangement.shared,
  });
  const self = createTile(find(stage, '.tile.self', HTMLElement));
  const flip = createFlipCamera(find(stage, '[data-do="flip"]', HTMLButtonElement), local);
  const preview = createSharePreview(find(root, '.sharing', HTMLElement), () => {
    actions.screen();
    // The button that was pressed is gone.
    find(controls, '[data-do="screen"]', HTMLButtonElement).focus();
  });
  const ringback = createRingback(tone);
  const panels = createPanels(root, say, other.tile.video, isHeard);
  const selects = createDeviceSelects(root, local, shared, [other.output, other.screen.output, tone], say);
  const switches = {
    microphone: () => tryAgain(actions.microphone),
    camera: () => tryAgain(actions.camera),
  };
  const toolbar = createToolbar(controls, { ...actions, ...switches });
  wireCorner(stage);
  wireShortcuts(root, switches, () => !controls.hidden);
  wireFullScreen(find(root, '[data-do="fullscreen"]', HTMLButtonElement), root);
  wirePictureInPicture(find(root, '[data-do="pip"]', HTMLButtonElement), [
    other.screen.video,
    other.tile.video,
  ]);

  let shown: State = { name: 'idle' };
  let name = '';
  const wake = createWakeLock(() => shown.name !== 'idle' && shown.name !== 'ended');

  self.show(local.outgoing.stream);

  function playAll(): void {
    for (const played of [other, self, preview, ringback]) played.retry();
  }

  function tryAgain(action: () => void): void {
    deviceNotices.forget();
    action();
  }

  function tellRecording(): void {
    recorded.update(recording.isOn(), other.isRecording(), name);
  }

  function tellLeft(left: boolean): void {
    notices.set('left', left ? say('peerLeft', { name }) : undefined);
    other.left(left);
  }

  function end(reason: Reason, since: number | undefined): void {
    const focused = document.activeElement;
    const length = since === undefined ? undefined : performance.now() - since;
    notices.clear();
    other.end();
    panels.over(reason, name, length);
    // Whatever vanishes with the call takes the focus with it.
    if (focused?.getClientRects().length === 0) panels.focus();
    if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => undefined);
  }

  return {
    begin(peerName, media) {
      name = peerName;
      // Where nobody is seen, nobody has to see themselves.
      root.dataset.media = media;
      arrangement.reset();
      status.begin(peerName);
      other.begin(peerName);
      notices.clear();
      panels.call();
    },
    ask: panels.ask,
    state(state, since) {
      const before = shown;
      shown = state;
      if (state.name === 'active') stopWaiting();
      status.update(state, since);
      if (hasLeft(state) !== hasLeft(before)) tellLeft(hasLeft(state));
      if (panels.isAsking() && state.name !== 'ringing') panels.call();
      if (state.name === 'ended' && before.name !== 'ended') end(state.reason, since);
      wake.update();
      ringback.update(state);
    },
    remoteStream: other.show,
    remoteState: other.update,
    local() {
      toolbar.update(local, shared, recording.isOn());
      tellRecording();
      // What is recorded can't be another thing in the middle.
      choice.disabled = recording.isOn();
      preview.show(shared.isOn() ? shared.outgoing.stream : null);
      selects.update();
      self.camera(local.isLive('video'));
      self.mirror(!local.facesAway());
      flip.update();
      // Firefox and Safari let a page play if it is recording; and a call that interrupted this one may be over.
      if (local.isLive('audio')) playAll();
      else ringback.retry();
      deviceNotices.update();
    },
    feeds: () => collectFeeds({ say, name, myName, local, shared, ownScreen: preview.video, other, self }),
    mode: () => v.parse(RecordingMode, find(choice, ':checked', HTMLInputElement).value),
    notice: (matter, text) => notices.set(matter, text),
  };
}
