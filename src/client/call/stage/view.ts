/** Puts the stage together: states and actions go through here; nothing else changes the stage. */
import type { Media } from '../../../protocol/common.ts';
import { find } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Feeds } from '../../media/feeds.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import type { Source } from '../../media/outgoing.ts';
import type { ScreenShare } from '../../media/screen-share.ts';
import type { RecordingMode } from '../../recording/mode.ts';
import { EMPTY, FIRST, type Roster, type Side } from '../lifecycle/roster.ts';
import { hasLeft, type Reason, type State } from '../lifecycle/state.ts';
import type { QualityParts } from '../quality/quality.ts';
import { createArrangement, SELF } from './arrangement.ts';
import { collectFeeds } from './collect-feeds.ts';
import { wireCorner } from './corner.ts';
import { wireDataSaver } from './data-saver.ts';
import { createDeviceNotices, isInstalled } from './device-notices.ts';
import { createDeviceSelects } from './device-selects.ts';
import { createFlipCamera } from './flip-camera.ts';
import { wireFullScreen } from './full-screen.ts';
import { stopWaiting } from './loading.ts';
import { createNotices } from './notices.ts';
import type { PeerMedia } from './other-side.ts';
import { createOthers } from './others.ts';
import { createPanels } from './panels.ts';
import { createPeoplePanel } from './people-panel.ts';
import { wirePictureInPicture } from './picture-in-picture.ts';
import { createQualityControl } from './quality-control.ts';
import { createRecordingSign } from './recording-sign.ts';
import { createRingback } from './ringback.ts';
import { createSharePreview } from './share-preview.ts';
import { wireShortcuts } from './shortcuts.ts';
import { type ShownSizes, watchSizes } from './shown-sizes.ts';
import { createSpeakers } from './speakers.ts';
import { createStalled } from './stalled.ts';
import { createStatus } from './status.ts';
import { createTile } from './tile.ts';
import { createToolbar, type ToolbarActions } from './toolbar.ts';
import { createWakeLock } from './wake-lock.ts';

export interface View {
  /** A call begins: with whom, and as what. @param title the other person's name, or the group's */
  begin(title: string, isGroup: boolean, media: Media): void;
  /** Asks whether to begin at all, and does so at a press. */
  ask(begin: () => void): void;
  /** @param since when the call was answered, as `performance.now()` counts */
  state(state: State, since: number | undefined): void;
  remoteStream(side: Side, source: Source, stream: MediaStream): void;
  remoteState(side: Side, state: PeerMedia): void;
  /** Who is in it, and who is rung. @param sides what the page calls each who is in it, by their places */
  roster(roster: Roster, sides: ReadonlyMap<string, Side>): void;
  /** Whether what is shown of somebody is what they do now. */
  carries(side: Side, isConnected: boolean): void;
  /** One's own media have changed. */
  local(): void;
  /** What can be seen and heard now. */
  feeds(): Feeds;
  /** Whether this person wants to save data. */
  isSaving(): boolean;
  /** What is to be recorded, as chosen. */
  mode(): RecordingMode;
  /** Says something about one matter until it is settled. */
  notice(
    matter: 'screen' | 'screenshot' | 'recording' | 'effects' | 'muted' | 'noise',
    text: string | undefined,
  ): void;
}

/** What the stage asks and tells the call. */
export interface CallAsSeen {
  /** Whether the server knows all that this page has to tell it. */
  isHeard(): boolean;
  /** In what size somebody is shown. */
  shows(side: Side, sizes: ShownSizes): void;
  /** How loud each of the others is at this moment, 0 to 1. */
  levels(): ReadonlyMap<Side, number>;
  /** What the browser counts of each connection that carries. */
  statistics: QualityParts['statistics'];
  limit: QualityParts['limit'];
  /** Whether to save data was chosen. */
  saving(): void;
}

/** What this page sends, and what it makes of the call. */
export interface OwnMedia {
  local: LocalMedia;
  screen: ScreenShare;
  recording: { isOn(): boolean };
}

export function createView(
  root: HTMLElement,
  say: Say,
  myName: string,
  { local, screen: shared, recording }: OwnMedia,
  actions: ToolbarActions,
  { isHeard, shows, levels, statistics, limit, saving: saves }: CallAsSeen,
): View {
  const stage = find(root, '.stage', HTMLElement);
  const controls = find(root, '[role="toolbar"]', HTMLElement);
  const recorded = createRecordingSign(find(root, '.call-recorded', HTMLElement), say);
  const choice = find(root, '.record fieldset', HTMLFieldSetElement);
  const tone = find(root, '.ringback', HTMLAudioElement);
  const status = createStatus(root, say);
  const notices = createNotices(find(root, '.call-notice', HTMLElement), say);
  const deviceNotices = createDeviceNotices(local, notices, say, isInstalled);
  const arrangement = createArrangement(stage, say);
  const selfTile = find(stage, '.tile.self', HTMLElement);
  const self = createTile(selfTile);
  const others = createOthers(stage, say, arrangement, {
    stalled: createStalled(notices, say, playAll),
    capturing: () => local.isLive('audio'),
    recording: tellRecording,
    plays: (output, isOn) => selects.play(output, isOn),
    absent: (side, absence) =>
      notices.pass(`people ${side}`, say(`absent-${absence ?? 'back'}`, { name: others.of(side).name() })),
  });
  arrangement.add(SELF, selfTile, false);
  const speakers = createSpeakers(find(controls, '[data-do="layout"]', HTMLButtonElement), say, {
    levels,
    others: others.all,
    large: arrangement.speaker,
  });
  const dataSaver = wireDataSaver(root, () => {
    saves();
    sizes.look();
  });
  const sizes = watchSizes(stage, others.all, { isKept: recording.isOn, isSaving: dataSaver.isOn }, shows);
  const flip = createFlipCamera(find(stage, '[data-do="flip"]', HTMLButtonElement), local);
  const preview = createSharePreview(find(root, '.sharing', HTMLElement), () => {
    actions.screen();
    // The button that was pressed is gone.
    find(controls, '[data-do="screen"]', HTMLButtonElement).focus();
  });
  const ringback = createRingback(tone);
  const panels = createPanels(root, say, self.video, isHeard);
  const panel = find(root, '.call-people', HTMLElement);
  const people = createPeoplePanel(panel, find(controls, '[data-do="people"]', HTMLButtonElement));
  const watchQuality = createQualityControl({
    ...{ say, panel, statistics, limit, others: others.all },
    present: () => ({ roster: present, sides: placed }),
  });
  const selects = createDeviceSelects(root, local, shared, tone, say);
  const switches = {
    microphone: () => tryAgain(actions.microphone),
    camera: () => tryAgain(actions.camera),
  };
  const toolbar = createToolbar(controls, { ...actions, ...switches });
  wireCorner(stage);
  wireShortcuts(root, switches, () => !controls.hidden);
  wireFullScreen(find(root, '[data-do="fullscreen"]', HTMLButtonElement), root);
  wirePictureInPicture(find(root, '[data-do="pip"]', HTMLButtonElement), stage, () => {
    const everybody = others.all().map(([, other]) => other);
    return [...everybody.map(({ screen }) => screen.video), ...everybody.map(({ tile }) => tile.video)];
  });

  let shown: State = { name: 'idle' };
  let name = '';
  let isGroup = false;
  let present: Roster = EMPTY;
  let placed: ReadonlyMap<string, Side> = new Map();
  let answeredAt: number | undefined;
  const wake = createWakeLock(() => shown.name !== 'idle' && shown.name !== 'ended');

  self.show(local.outgoing.stream);

  function playAll(): void {
    for (const played of [...others.all().map(([, other]) => other), self, preview, ringback]) played.retry();
  }

  function tryAgain(action: () => void): void {
    deviceNotices.forget();
    action();
  }

  function tellRecording(): void {
    const theirs = others.all().flatMap(([, other]) => (other.isRecording() ? other.name() : []));
    recorded.update(recording.isOn(), theirs);
  }

  function tellLeft(left: boolean): void {
    if (isGroup) return;
    notices.set('left', left ? say('peerLeft', { name }) : undefined);
    others.of(FIRST).left(left);
  }

  const isRung = (): boolean => present.invited.some(({ state }) => state === 'ringing');

  /** Shows who has come, and no longer who has gone, and says so. */
  function tellOfComing(roster: Roster, sides: ReadonlyMap<string, Side>): void {
    const isFirst = present.own === undefined;
    for (const [side, other] of others.all()) {
      if ([...sides.values()].includes(side)) continue;
      notices.pass(`people ${side}`, say('hasLeft', { name: other.name() }));
      others.remove(side);
    }
    for (const [member, peer] of roster.peers) {
      const side = sides.get(member);
      if (side === undefined) continue;
      const other = others.of(side);
      if (!present.peers.has(member)) {
        other.begin(peer.name, peer);
        if (!isFirst) notices.pass(`people ${side}`, say('hasJoined', { name: peer.name }));
      }
      other.left(peer.closing);
    }
  }

  function end(reason: Reason, since: number | undefined): void {
    const focused = document.activeElement;
    const length = since === undefined ? undefined : performance.now() - since;
    notices.clear();
    others.end();
    people.close();
    root.querySelector<HTMLElement>('.call-effects [data-close]')?.click();
    speakers.changed();
    panels.over(reason, name, length);
    // Whatever vanishes with the call takes the focus with it.
    if (focused?.getClientRects().length === 0) panels.focus();
    if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => undefined);
  }

  return {
    begin(title, group, media) {
      name = title;
      isGroup = group;
      present = EMPTY;
      // Where nobody is seen, nobody has to see themselves.
      root.dataset.media = media;
      root.dataset.group = String(group);
      status.begin(title);
      others.begin(group ? undefined : title);
      arrangement.reset();
      notices.clear();
      panels.call();
    },
    ask: panels.ask,
    state(state, since) {
      const before = shown;
      shown = state;
      if (state.name === 'active') {
        stopWaiting();
        watchQuality();
      }
      answeredAt = since;
      status.update(state, since, isRung());
      if (hasLeft(state) !== hasLeft(before)) tellLeft(hasLeft(state));
      if (panels.isAsking() && state.name !== 'ringing') panels.call();
      if (state.name === 'ended' && before.name !== 'ended') end(state.reason, since);
      wake.update();
      ringback.update(state, isRung());
    },
    remoteStream: (side, source, stream) => others.of(side).show(source, stream),
    remoteState(side, state) {
      others.of(side).update(state);
      sizes.look();
    },
    roster(roster, sides) {
      if (isGroup) tellOfComing(roster, sides);
      present = roster;
      placed = sides;
      people.changed();
      speakers.changed();
      sizes.look();
      status.update(shown, answeredAt, isRung());
      ringback.update(shown, isRung());
    },
    carries: (side, isConnected) => others.of(side).carries(isConnected),
    local() {
      // What is recorded is wanted as it is.
      sizes.look();
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
    feeds: () =>
      collectFeeds({
        ...{ say, myName, local, shared, ownScreen: preview.video, self },
        others: others.all().map(([, other]) => other),
      }),
    isSaving: dataSaver.isOn,
    mode: () => find(choice, ':checked', HTMLInputElement).value,
    notice: (matter, text) => notices.set(matter, text),
  };
}
