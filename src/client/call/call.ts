/**
 * One call: does what its lifecycle commands with the socket, the link and the media.
 * A page has one at a time; when another comes in after its end, that is another one.
 */
import type { ChannelMessage } from '../../protocol/channel.ts';
import type { Candidate, Description, IceConfiguration, Media } from '../../protocol/common.ts';
import type { FirstServerMessage as ServerMessage } from '../../protocol/first-version.ts';
import type { LocalMedia } from '../media/local-media.ts';
import type { Kind, Source } from '../media/outgoing.ts';
import type { ScreenShare } from '../media/screen-share.ts';
import { createLifecycle } from './lifecycle/lifecycle.ts';
import type { State } from './lifecycle/state.ts';
import type { CallEvent, Command } from './lifecycle/transitions.ts';
import { createMembership } from './membership.ts';
import { createMessages } from './messages.ts';
import { createLink } from './pair/link.ts';
import { createIceRenewal } from './server/ice-renewal.ts';
import { createOutbox } from './server/outbox.ts';
import { type Address, createServerPath } from './server/server-path.ts';
import type { ServerSocket } from './server/socket.ts';

/** A closing connection drops what it hasn't sent yet, and the goodbye should arrive. */
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
  /** Whether this page is recording, which everyone in the call is told. */
  isRecording(): boolean;
  events: CallEvents;
}

export interface CallEvents {
  /** `since`: when it was answered, in terms of `performance.now()`, which changes of the clock don't affect. */
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
  const key = origin.role === 'caller' ? origin.key : undefined;
  const answered = origin.role === 'callee' ? origin.offer?.sdp : undefined;
  let since: number | undefined;
  /** The page has no connection that the other side could know of. */
  let fresh = origin.role === 'returning';
  let overAtServer = false;
  let prepared = Promise.resolve();
  let isRetrying = false;

  const lifecycle = createLifecycle(run, (state) => events.state(state, since));
  const { dispatch } = lifecycle;
  const isEnded = () => lifecycle.state().name === 'ended';
  const membership = createMembership({
    call: origin.role === 'caller' ? undefined : origin.call,
    returns: origin.role === 'returning',
    wanted: local.wanted,
    isOver: isEnded,
  });
  const renewal = createIceRenewal(
    () => {
      const call = membership.call();
      return call !== undefined && signal.send({ type: 'ice', call });
    },
    () => link.renewIce(),
  );
  const link = createLink(
    ice,
    { self: local.outgoing, screen: screen.outgoing },
    createServerPath(signal.send, address),
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
  const message = createMessages({
    ...{ key, answered, membership, lifecycle, link, outbox, renewal },
    events: {
      named: events.named,
      accepted(elapsed) {
        if (elapsed !== undefined) since = performance.now() - elapsed;
        dispatch({ type: 'accepted' });
        events.state(lifecycle.state(), since);
      },
      resumed() {
        fresh = false;
      },
      refused: retryLater,
      over() {
        overAtServer = true;
      },
    },
  });

  function run(command: Command): void {
    switch (command) {
      case 'start-media':
        // What was switched off before a reload stays off.
        void local.start(membership.wanted() ?? { audio: true, video: media === 'video' });
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
      case 'send-decline': {
        const call = membership.call();
        if (call !== undefined) outbox.decline(call);
        return;
      }
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
        membership.forget();
        setTimeout(link.close, FAREWELL_MS);
        return;
      default:
        command satisfies never;
    }
  }

  function ring(): void {
    if (origin.role !== 'caller' || lifecycle.state().name !== 'calling') return;
    if (link.local()) outbox.ring(origin.key, origin.chat, media);
    else dispatch({ type: 'over', reason: 'failed' });
  }

  function accept(): void {
    const call = membership.call();
    if (call === undefined || isEnded()) return;
    // A page that is reloaded from here on has a place in the call, though it doesn't know which.
    membership.claim();
    outbox.accept(call);
  }

  /** What the server has to hear depends on what it has heard already. */
  function farewell(): void {
    const call = membership.call();
    if (call === undefined) {
      if (!outbox.wasSent('ring')) outbox.settle('ring');
      else if (key !== undefined) outbox.cancel(key);
    } else if (origin.role === 'callee' && !membership.isTaken() && !outbox.wasSent('accept')) {
      outbox.settle('accept');
      outbox.decline(call);
    } else outbox.hangUp(call);
  }

  /** Before the other side is there, only the caller has something to say to it, for when it is. */
  function address(): Address | undefined {
    const [call, to] = [membership.call(), membership.other()];
    if (call === undefined || isEnded()) return undefined;
    if (to !== undefined) return { call, to };
    return lifecycle.state().name === 'calling' ? { call } : undefined;
  }

  function opened(): void {
    const [call, member] = [membership.call(), membership.own()];
    // A page that still asks whether to return leaves its place as it is.
    if (call === undefined || !membership.isTaken() || overAtServer || lifecycle.state().name === 'idle')
      return;
    signal.send({ type: 'resume', call, ...(member && { member }), fresh });
  }

  /** One retry for everything refused meanwhile: each would only be refused again. */
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
    const own = membership.own();
    // While the page asks whether to return, everything is off, which isn't what the person chose.
    if (own && lifecycle.state().name !== 'idle') membership.take(own);
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
    id: membership.call,
    state: lifecycle.state,
    dispatch,
    opened,
    message,
    online() {
      if (membership.other() !== undefined && !isEnded()) link.online();
    },
    leave() {
      const call = membership.call();
      // What rings here has no place yet: closing this page leaves the other devices ringing.
      if (call === undefined || ['idle', 'ringing', 'ended'].includes(lifecycle.state().name)) return;
      link.say({ type: 'leaving' });
      signal.send({ type: 'leave', call });
    },
    send: link.send,
    tell,
  };
}
