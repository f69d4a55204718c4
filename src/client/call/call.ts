/**
 * One call: runs the machine, and does what it commands with the socket, the link and the media.
 * A page has one at a time; when another comes in after its end, that is another one.
 */
import type { ChannelMessage } from '../../protocol/channel.ts';
import type { Candidate, Description, IceConfiguration, Media } from '../../protocol/common.ts';
import type { ServerMessage } from '../../protocol/server.ts';
import type { LocalMedia } from '../media/local-media.ts';
import type { Kind, Source } from '../media/outgoing.ts';
import type { ScreenShare } from '../media/screen-share.ts';
import { deadline, hasLeft, type Reason, type State } from './lifecycle/state.ts';
import { type CallEvent, type Command, next } from './lifecycle/transitions.ts';
import { forgetPlace, recallPlace, rememberPlace } from './memory.ts';
import { createLink } from './pair/link.ts';
import { isPolite } from './pair/negotiation.ts';
import { isAbout } from './server/about.ts';
import { meaningOf, type ServerError } from './server/error-meaning.ts';
import { createIceRenewal } from './server/ice-renewal.ts';
import { createOutbox } from './server/outbox.ts';
import type { ServerSocket } from './server/socket.ts';

/** A closing connection drops what it hasn't sent yet, and the farewell should arrive. */
const FAREWELL_MS = 500;
const REFUSED_RETRY_MS = 2000;

/** Where the call comes from. */
export type Origin =
  | { role: 'caller'; key: string; chat: number }
  | { role: 'callee'; call: string; offer?: Description | undefined; candidates: Candidate[] }
  | { role: 'returning'; call: string };

export interface CallOptions {
  origin: Origin;
  media: Media;
  ice: IceConfiguration;
  signal: ServerSocket;
  local: LocalMedia;
  screen: ScreenShare;
  /** Whether this page records, which everybody in the call is told. */
  isRecording(): boolean;
  events: CallEvents;
}

export interface CallEvents {
  /** `since`: when it was answered, as `performance.now()` counts, which no setting of the clock disturbs. */
  state(state: State, since: number | undefined): void;
  /** The server has given the call its address. */
  named(call: string): void;
  /** The other side's tracks, once more for each that is added. */
  stream(source: Source, stream: MediaStream): void;
  peerState(state: ChannelMessage & { type: 'state' }): void;
}

export interface Call {
  id(): string | undefined;
  state(): State;
  dispatch(event: CallEvent): void;
  /** The socket is open (again). */
  opened(): void;
  message(message: ServerMessage): void;
  /** The browser believes that it has a network again. */
  online(): void;
  /** The page is being closed or left, which may be for a reload. */
  leave(): void;
  send(source: Source, kind: Kind, track: MediaStreamTrack | null): void;
  /** Tells the other side which of one's media are on. */
  tell(): void;
}

export function createCall(options: CallOptions): Call {
  const { origin, media, ice, signal, local, screen, events } = options;
  let state: State = { name: 'idle' };
  let id = origin.role === 'caller' ? undefined : origin.call;
  let place = origin.role === 'returning' ? recallPlace(origin.call) : undefined;
  let since: number | undefined;
  let other: string | undefined;
  /** The page has no connection that the other side could know of. */
  let fresh = origin.role === 'returning';
  let overAtServer = false;
  let prepared = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRetrying = false;
  const key = origin.role === 'caller' ? origin.key : undefined;

  const renewal = createIceRenewal(
    () => id !== undefined && signal.send({ type: 'ice', call: id }),
    () => link.renewIce(),
  );
  const link = createLink(
    ice,
    { self: local.outgoing, screen: screen.outgoing },
    {
      description: (description) =>
        mayPost() &&
        id !== undefined &&
        signal.send({ type: 'description', call: id, ...addressee(), description }),
      candidates: (candidates) =>
        mayPost() &&
        id !== undefined &&
        signal.send({ type: 'candidates', call: id, ...addressee(), candidates }),
      requestOffer: (fragment) =>
        mayPost() &&
        id !== undefined &&
        signal.send({ type: 'request-offer', call: id, ...addressee(), fragment }),
    },
    {
      freshIce: renewal.request,
      connected: () => dispatch({ type: 'connected' }),
      lost: () => dispatch({ type: 'lost' }),
      track: events.stream,
      channelOpened: tell,
      channelMessage(message) {
        if (message.type === 'hang-up') dispatch({ type: 'peer-hung-up' });
        else if (message.type === 'leaving') dispatch({ type: 'peer-left' });
        else if (message.type === 'state') events.peerState(message);
      },
    },
  );
  const outbox = createOutbox(signal, link.local);
  renewal.schedule(ice);

  function dispatch(event: CallEvent): void {
    const before = state;
    const step = next(state, event);
    state = step.state;
    const limit = deadline(state);
    if (state.name !== before.name || limit !== deadline(before)) {
      clearTimeout(timer);
      if (limit !== undefined) timer = setTimeout(() => dispatch({ type: 'gave-up' }), limit);
    }
    for (const command of step.commands) run(command);
    if (state !== before) events.state(state, since);
  }

  function run(command: Command): void {
    switch (command) {
      case 'start-media':
        // What was switched off before the page was loaded again stays off.
        void local.start(place?.wanted ?? { audio: true, video: media === 'video' });
        return;
      case 'ring':
        void link.offer().then(ring);
        return;
      case 'prepare-answer':
        if (origin.role === 'callee' && origin.offer) prepared = link.answer(origin.offer, origin.candidates);
        return;
      case 'resume':
        link.offerAnew();
        return;
      case 'send-accept':
        void prepared.then(accept);
        return;
      case 'send-decline':
        if (id !== undefined) outbox.decline(id);
        return;
      case 'send-hang-up':
        farewell();
        return;
      case 'say-hang-up':
        link.say({ type: 'hang-up' });
        return;
      case 'close':
        local.stop();
        screen.stop();
        renewal.stop();
        if (id !== undefined) forgetPlace(id);
        setTimeout(link.close, FAREWELL_MS);
        return;
      default:
        command satisfies never;
    }
  }

  function ring(): void {
    if (origin.role !== 'caller' || state.name !== 'calling') return;
    if (link.local()) outbox.ring(origin.key, origin.chat, media);
    else dispatch({ type: 'over', reason: 'failed' });
  }

  function accept(): void {
    if (id === undefined || state.name === 'ended') return;
    // A page that is loaded again from here on has a place in the call, though it doesn't know which.
    rememberPlace(id, { wanted: local.wanted() });
    outbox.accept(id);
  }

  /** What the server has to hear depends on what it has heard already. */
  function farewell(): void {
    if (id === undefined) {
      if (!outbox.wasSent('ring')) outbox.settle('ring');
      else if (key !== undefined) outbox.cancel(key);
    } else if (origin.role === 'callee' && !place && !outbox.wasSent('accept')) {
      outbox.settle('accept');
      outbox.decline(id);
    } else outbox.hangUp(id);
  }

  function mayPost(): boolean {
    if (state.name === 'ended') return false;
    return other !== undefined || (state.name === 'calling' && id !== undefined);
  }

  function addressee(): { to?: string } {
    return other === undefined ? {} : { to: other };
  }

  function take(member: string): void {
    if (id === undefined) return;
    place = { member, wanted: local.wanted() };
    if (state.name !== 'ended') rememberPlace(id, place);
  }

  function keepPlace(): void {
    // While the page asks whether to return, nothing is switched on, which isn't what the person chose.
    if (place?.member && state.name !== 'idle') take(place.member);
  }

  function meet(member: string): void {
    other = member;
    if (place?.member) link.setPolite(isPolite(place.member, member));
  }

  function name(call: string): void {
    if (id === call) return;
    id = call;
    events.named(call);
  }

  function message(received: ServerMessage): void {
    if (!isAbout(received, id, key)) return;
    switch (received.type) {
      case 'ringing':
        name(received.call);
        take(received.member);
        outbox.settle('ring');
        if (state.name === 'ended') outbox.hangUp(received.call);
        dispatch({ type: 'rung' });
        link.flush();
        return;
      case 'accepted':
        if (state.name !== 'calling' && state.name !== 'connecting' && state.name !== 'active') return;
        name(received.call);
        take(received.member);
        since = performance.now() - received.elapsed;
        meet(received.peer.member);
        outbox.settle('ring', 'accept');
        dispatch({ type: 'accepted' });
        events.state(state, since);
        if (received.description && !isAnswered(received.description)) link.receive(received.description);
        link.receiveCandidates(received.candidates);
        link.flush();
        return;
      case 'resumed':
        fresh = false;
        take(received.member);
        if (received.peer) meet(received.peer.member);
        if (received.state === 'active') {
          if (received.elapsed !== undefined) since = performance.now() - received.elapsed;
          dispatch({ type: 'accepted' });
          events.state(state, since);
        }
        link.flush(true);
        return;
      case 'peer':
        meet(received.member);
        if (received.left) dispatch({ type: 'peer-left' });
        if (received.fresh) link.renew();
        else if (received.connected) link.flush(true);
        if (received.connected) peerIsBack();
        return;
      case 'description':
        if (state.name === 'ended') return;
        meet(received.from);
        link.receive(received.description);
        return;
      case 'candidates':
        link.receiveCandidates(received.candidates);
        return;
      case 'request-offer':
        if (state.name === 'ended') return;
        meet(received.from);
        link.receiveRequest(received.fragment);
        return;
      case 'ice':
        renewal.received(received.ice);
        return;
      case 'ended':
        if (state.name === 'calling') name(received.call);
        over(received.reason);
        return;
      case 'error':
        refused(received);
        return;
      case 'welcome':
      case 'incoming':
      case 'pong':
      // The live socket says on every page that somebody was missed.
      case 'missed':
        return;
      default:
        received satisfies never;
    }
  }

  function peerIsBack(): void {
    if (!hasLeft(state)) return;
    dispatch({ type: 'peer-back' });
    // A page from the history cache may have kept its connection.
    if (link.isConnected()) dispatch({ type: 'connected' });
  }

  /** The page was served with an offer and has answered it; only a newer one needs another answer. */
  function isAnswered(description: Description): boolean {
    return origin.role === 'callee' && description.sdp === origin.offer?.sdp;
  }

  function over(reason: Reason): void {
    overAtServer = true;
    outbox.settle();
    dispatch({ type: 'over', reason });
  }

  function refused(error: ServerError): void {
    const meaning = meaningOf(error, other !== undefined);
    if (meaning === 'retry') retryLater();
    else if (meaning === 'settled') outbox.settle('decline', 'hang-up', 'cancel');
    else if (meaning) over(meaning.over);
  }

  function opened(): void {
    // A page that still asks whether to return leaves its place as it is.
    if (id !== undefined && place && !overAtServer && state.name !== 'idle') {
      const { member } = place;
      signal.send({ type: 'resume', call: id, ...(member && { member }), fresh });
    }
  }

  /** One try for all that was refused meanwhile: each would be one refusal more. */
  function retryLater(): void {
    if (isRetrying) return;
    isRetrying = true;
    setTimeout(() => {
      isRetrying = false;
      opened();
      signal.again();
    }, REFUSED_RETRY_MS);
  }

  function tell(): void {
    keepPlace();
    link.say({
      type: 'state',
      microphone: local.isLive('audio'),
      camera: local.isLive('video'),
      recording: options.isRecording(),
      screen: screen.isOn(),
      interrupted: local.isInterrupted('audio') || local.isInterrupted('video'),
      lack: local.lack('audio'),
    });
  }

  return {
    id: () => id,
    state: () => state,
    dispatch,
    opened,
    message,
    online() {
      if (other !== undefined && state.name !== 'ended') link.online();
    },
    leave() {
      // What rings here has no place yet: closing this page leaves the other devices ringing.
      if (id === undefined || ['idle', 'ringing', 'ended'].includes(state.name)) return;
      link.say({ type: 'leaving' });
      signal.send({ type: 'leave', call: id });
    },
    send: link.send,
    tell,
  };
}
