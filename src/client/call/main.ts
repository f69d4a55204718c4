/** The call page's script: reads what the server wrote into the page, and puts the parts together. */
import * as v from 'valibot';
import { CallPageData } from '../../protocol/page.ts';
import type { ServerMessage } from '../../protocol/server.ts';
import { find } from '../common/dom.ts';
import { notePress, takePress } from '../common/press.ts';
import { canConnect } from '../common/webrtc.ts';
import { createSay } from '../common/words.ts';
import { createLocalMedia, type LocalMedia } from '../media/local-media.ts';
import type { Source } from '../media/outgoing.ts';
import { createScreenShare } from '../media/screen-share.ts';
import { createRecordControl } from '../recording/record-control.ts';
import { createScreenshotControl } from '../screenshots/screenshot-control.ts';
import { type Call, type CallEvents, createCall } from './call.ts';
import { createEffectsControl } from './effects-control.ts';
import type { Side } from './lifecycle/roster.ts';
import { deviceId, rememberPlace } from './memory.ts';
import { openingOf } from './opening.ts';
import { interceptAccept } from './ring.ts';
import { checkOnWaking, openServerSocket } from './server/socket.ts';
import { createView } from './stage/view.ts';
import { createVoiceControl } from './voice-control.ts';

const data = v.parse(CallPageData, JSON.parse(find(document, '#call-data', HTMLScriptElement).text));
const say = createSay(data.words);

/** The call that the page shows, and one that comes in after its end and isn't accepted yet. */
let current: Call;
let waiting: Call | undefined;

const root = find(document, 'main.call', HTMLElement);
const voice = createVoiceControl({
  source: () => local.source('audio'),
  isMuted: () => !local.wanted().audio,
  renew: () => local.renewEffect('audio'),
  reopen: () => local.reopen('audio'),
  tell: (what, isSo) => view.notice(what, isSo ? say(`voice-${what}`) : undefined),
});
const effects = createEffectsControl(
  root,
  () => ({
    root,
    outgoing: local.outgoing,
    renew: () => local.renewEffect('video'),
    resized: () => current.fit(),
    tell: (text) => view.notice('effects', text),
    shown: voice.shown,
  }),
  (isMissed) => view.notice('effects', say(isMissed ? 'effectsMissed' : 'effectsUnreachable')),
);
const local: LocalMedia = createLocalMedia(
  { track: (kind, track) => current.send('self', kind, track), changed },
  (source) => (source.kind === 'audio' ? voice.apply(source) : effects(source)),
  voice.letsBrowser,
);
const screen = createScreenShare({
  track: (kind, track) => current.send('screen', kind, track),
  changed,
  problem: (problem) => view.notice('screen', problem && say(`screen-${problem}`)),
  wanted: () => current.state().name !== 'ended',
});

function changed(): void {
  voice.changed();
  view.local();
  current.tell();
}

const cards = find(document, '.shots', HTMLElement);
const recording = createRecordControl(cards, say, data.me.id, {
  changed,
  tell: (text) => view.notice('recording', text),
  feeds: () => view.feeds(),
  mode: () => view.mode(),
  call: () => (['active', 'reconnecting'].includes(current.state().name) ? current.id() : undefined),
});

const view = createView(
  root,
  say,
  data.me.name,
  { local, screen, recording },
  {
    microphone: () => void local.toggle('audio'),
    camera: () => void local.toggle('video'),
    screen: () => void screen.toggle(),
    screenshot: () => screenshots.take(view.feeds().video.filter(({ seen }) => seen)),
    record: () => recording.toggle(),
    hangUp: () => current.dispatch({ type: 'hang-up' }),
  },
  {
    isHeard: () => signal.isIdle(),
    shows: (side, sizes) => current.shows(side, sizes),
    levels: () => current.levels(),
    statistics: () => current.statistics(),
    limit: (side, lines) => current.limit(side, lines),
    saving: () => current.fit(),
  },
);
const screenshots = createScreenshotControl(
  cards,
  say,
  () => current.id(),
  (isMissed) => view.notice('screenshot', isMissed ? say('shotMissed') : undefined),
);

/** For as long, in ms, a page that goes on elsewhere saves what it has; the call goes on meanwhile. */
const SAVING_MS = 5000;
const LOOK_MS = 100;

const callPath = (call: string) => `/calls/${call}`;
const goTo = (path: string) => history.replaceState(null, '', path);

const shown: CallEvents = {
  state(state, since) {
    if (state.name === 'active') {
      recording.prepare();
      screenshots.prepare();
    }
    if (state.name === 'ended') {
      recording.stop();
      // Reloading the page, or coming back to it, shows what happened to the call instead of ringing again.
      const id = current.id();
      if (state.reason === 'not-a-member') goTo('/chats');
      else goTo(id === undefined ? `/chats/${data.chat}` : callPath(id));
    }
    view.state(state, since);
  },
  named: (call) => goTo(callPath(call)),
  stream: view.remoteStream,
  peerState: view.remoteState,
  roster: view.roster,
  moved: (to) => void goOnIn(to),
  carries: view.carries,
};

/** What is recorded of a call belongs to it, and the page that goes on begins anew. What is being saved has some seconds. */
async function goOnIn(to: string): Promise<void> {
  recording.stop();
  const wanted = local.wanted();
  const until = performance.now() + SAVING_MS;
  while (cards.querySelector('[aria-busy]') && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  // Whoever has hung up meanwhile wants into no other call.
  if (current.state().name === 'ended') return;
  // Whoever is muted stays so.
  rememberPlace(to, { wanted });
  const link = document.createElement('a');
  link.href = callPath(to);
  notePress(link);
  location.replace(link.href);
}

// Checked in any case: it is used up by having led here.
const isPressed = takePress() && data.fromHere;

/** Checked before anything is sent: a call that this browser can't take, another device may. */
const isAble = canConnect();

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const signal = openServerSocket(`${scheme}//${location.host}/calls/socket`, deviceId(), {
  opened() {
    current.opened();
    waiting?.opened();
  },
  message(message) {
    if (message.type === 'incoming') {
      if (isAble) comesIn(message);
    } else {
      current.message(message);
      waiting?.message(message);
      if (waiting?.state().name === 'ended') waiting = undefined;
    }
  },
});

checkOnWaking(signal);

// A place in a call is given up at once: the other side shouldn't look at a frame that stands still.
addEventListener('pagehide', () => current.leave());
// A page from the history cache resumes its place; if its socket has died, the next one does so.
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  current.opened();
  current.online();
  current.tell();
});

const { origin, isAsked, begin } = openingOf(data, isPressed);
const isRecording = () => recording.isOn();
const isSaving = () => view.isSaving();
current = createCall({
  ...{ origin, isGroup: data.isGroup, media: data.media, ice: data.ice },
  ...{ signal, local, screen, isRecording, isSaving, events: shown },
});
view.begin(data.title, data.isGroup, data.media);
// The answer is made at once, and kept until it is accepted.
if (isAble && data.role === 'callee') current.dispatch({ type: 'incoming' });
if (!isAble) current.dispatch({ type: 'over', reason: 'unsupported' });
else if (isAsked) begin(current);
else view.ask(() => begin(current));
addEventListener('online', () => current.online());

/**
 * Someone calls while this page shows a call that is over. The answer is made now and kept until they press Accept
 * in the ring that the server shows on every page. A call from another person opens its own page.
 */
function comesIn(message: ServerMessage & { type: 'incoming' }): void {
  if (current.state().name !== 'ended' || waiting || message.chat !== data.chat) return;
  const streams = new Map<Source, { side: Side; stream: MediaStream }>();
  let accepted = false;
  const call = createCall({
    origin: {
      ...{ role: 'callee', call: message.call, offer: message.offer, candidates: message.candidates },
      over: false,
    },
    isGroup: data.isGroup,
    media: message.media,
    ice: message.ice,
    signal,
    local,
    screen,
    isRecording,
    isSaving,
    events: {
      ...shown,
      state(state, since) {
        if (state.name === 'connecting' && !accepted) {
          accepted = true;
          view.begin(message.group ?? message.name, data.isGroup, message.media);
          for (const [source, { side, stream }] of streams) view.remoteStream(side, source, stream);
        }
        if (accepted) shown.state(state, since);
      },
      // Before it is accepted, only the link of a call of two has something to show.
      stream(side, source, stream) {
        streams.set(source, { side, stream });
        if (accepted) view.remoteStream(side, source, stream);
      },
    },
  });
  waiting = call;
  call.dispatch({ type: 'incoming' });
}

interceptAccept(
  () => (current.state().name === 'ringing' ? current : waiting)?.id(),
  (id) => {
    if (waiting) current = waiting;
    waiting = undefined;
    goTo(callPath(id));
    current.dispatch({ type: 'accept' });
  },
);
