/** The call page's picture of the call: states and what the person does go through here, nothing else touches the page. */
import type { Screen } from '../capture/screen.ts';
import type { Picture } from '../capture/shots.ts';
import { createDeviceSelects } from './device-selects.ts';
import { find, setText } from './dom.ts';
import { formatDuration } from './duration.ts';
import type { LocalMedia } from './local-media.ts';
import type { Reason, State } from './machine.ts';
import { createNotices } from './notices.ts';
import type { Source } from './peer.ts';
import { canFloat, createWakeLock, wireFullScreen, wirePictureInPicture } from './screen.ts';
import { createScreenTile } from './screen-tile.ts';
import { createSound, type Sound } from './sound.ts';
import { createTile } from './tiles.ts';
import { createToolbar, type ToolbarActions } from './toolbar.ts';
import type { Say } from './words.ts';

export interface View {
  /** A call begins: with whom. */
  begin(peerName: string): void;
  /** @param since when the call was answered, in ms since 1970 */
  state(state: State, since: number | undefined): void;
  remoteStream(source: Source, stream: MediaStream): void;
  remoteState(state: { microphone: boolean; camera: boolean; screen?: boolean | undefined }): void;
  /** One's own media have changed. */
  local(): void;
  /** What can be seen now; a shared screen first, oneself last. */
  pictures(): Picture[];
  /** Whether a screen was wanted that the browser could not give. */
  screenFailed(failed: boolean): void;
}

export function createView(
  root: HTMLElement,
  say: Say,
  local: LocalMedia,
  shared: Screen,
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
  const remote = createTile(find(stage, '.tile:not(.self)', HTMLElement));
  const self = createTile(find(stage, '.tile.self', HTMLElement));
  const notices = createNotices(find(root, '.call-notice', HTMLElement), say);
  const toolbar = createToolbar(controls, actions);
  // One's own screen isn't shown, it would show itself in itself; but a screenshot can be taken of it.
  const own = Object.assign(document.createElement('video'), {
    muted: true,
    playsInline: true,
    autoplay: true,
  });
  const screen = createScreenTile(stage, (output) => soundOf('screen-sound', output));
  const output = find(stage, 'audio', HTMLAudioElement);
  const selects = createDeviceSelects(root, local, shared, [output, screen.output], say);
  const sound = soundOf('sound', output);
  wireFullScreen(find(root, '[data-do="fullscreen"]', HTMLButtonElement), root);
  wirePictureInPicture(floating, remote.video);

  let shown: State = { name: 'idle' };
  let answeredAt: number | undefined;
  let name = '';
  const wake = createWakeLock(() => shown.name !== 'idle' && shown.name !== 'ended');

  setInterval(tick, 1000);
  self.show(local.outgoing.stream);

  function soundOf(matter: string, output: HTMLAudioElement): Sound {
    const made = createSound(output, {
      blocked: (needsTap) =>
        notices.set(matter, needsTap ? say('soundBlocked') : undefined, {
          label: say('hear'),
          run: () => made.retry(),
        }),
      capturing: () => local.isLive('audio'),
    });
    return made;
  }

  function tick(): void {
    if (answeredAt === undefined || shown.name === 'ended') return;
    clock.hidden = false;
    setText(clock, formatDuration(Date.now() - answeredAt));
  }

  /** The same trouble with both is one thing to do, and one thing to read. */
  function tellProblems(): void {
    const [microphone, camera] = [local.problem('audio'), local.problem('video')];
    const both = microphone === camera ? microphone : undefined;
    notices.set('both', both && say(`both-${both}`));
    notices.set('microphone', both ? undefined : microphone && say(`microphone-${microphone}`));
    notices.set('camera', both ? undefined : camera && say(`camera-${camera}`));
  }

  /** Either the call, or what is left when it is over. */
  function show(call: boolean): void {
    for (const element of [stage, controls, devices]) element.hidden = !call;
    floating.hidden = !call || !canFloat(remote.video);
    over.hidden = call;
  }

  function end(reason: Reason): void {
    tick();
    notices.clear();
    remote.show(null);
    sound.listen(null);
    screen.show(null);
    screen.shared(false);
    const hadFocus = controls.contains(document.activeElement);
    show(false);
    setText(
      find(over, '.call-reason', HTMLElement),
      reason === 'hung-up' ? '' : say(`end-${reason}`, { name }),
    );
    // A button that vanishes takes the focus with it.
    if (hadFocus) find(over, 'a', HTMLElement).focus();
    if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => undefined);
  }

  return {
    begin(peerName) {
      name = peerName;
      setText(heading, peerName);
      remote.name(peerName);
      remote.camera(undefined);
      remote.microphone(true);
      screen.name(say('screenOf', { name }));
      notices.clear();
      clock.hidden = true;
      answeredAt = undefined;
      show(true);
    },
    state(state, since) {
      const before = shown;
      shown = state;
      answeredAt = since;
      root.dataset.state = state.name;
      setText(status, say(statusKey(state)));
      tick();
      if (state.name === 'ended' && before.name !== 'ended') end(state.reason);
      wake.update();
    },
    remoteStream(source, stream) {
      if (source === 'screen') return screen.show(stream);
      remote.show(stream);
      sound.listen(stream);
    },
    remoteState(state) {
      remote.camera(state.camera);
      remote.microphone(state.microphone);
      screen.shared(state.screen === true);
    },
    local() {
      toolbar.update(local, shared);
      const ownStream = shared.isOn() ? shared.outgoing.stream : null;
      if (own.srcObject !== ownStream) own.srcObject = ownStream;
      selects.update();
      self.camera(local.isLive('video'));
      if (local.isLive('audio')) sound.retry();
      tellProblems();
    },
    pictures: () =>
      [
        { name: say('screenOf', { name }), video: screen.video, there: screen.video.videoWidth > 0 },
        { name: say('yourScreen'), video: own, there: own.videoWidth > 0 },
        { name, video: remote.video, there: remote.hasPicture() },
        { name: say('you'), video: self.video, there: self.hasPicture() },
      ].filter(({ there }) => there),
    screenFailed: (failed) => notices.set('screen', failed ? say('screenFailed') : undefined),
  };
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
      return 'statusEnded';
    default:
      return state satisfies never;
  }
}
