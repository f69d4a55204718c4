/**
 * One call: does what its lifecycle commands with the socket, the links and the media.
 * A page has one at a time; when another comes in after its end, that is another one.
 */
import type { ChannelMessage } from '../../protocol/channel.ts';
import type { Candidate, Description, IceConfiguration, Media } from '../../protocol/common.ts';
import type { ServerMessage } from '../../protocol/server.ts';
import type { LocalMedia } from '../media/local-media.ts';
import type { Kind, Source } from '../media/outgoing.ts';
import type { ScreenShare } from '../media/screen-share.ts';
import { createLifecycle } from './lifecycle/lifecycle.ts';
import { EMPTY, type Roster, type Side } from './lifecycle/roster.ts';
import { deadline, groupDeadline, type State } from './lifecycle/state.ts';
import type { CallEvent, Command } from './lifecycle/transitions.ts';
import { createMembership } from './membership.ts';
import { createMesh } from './mesh.ts';
import { createMessages } from './messages.ts';
import type { Statistics } from './pair/stats.ts';
import { createIceRenewal } from './server/ice-renewal.ts';
import { createOutbox } from './server/outbox.ts';
import type { ServerSocket } from './server/socket.ts';

/** A closing connection drops what it hasn't sent yet, and the goodbye should arrive. */
const FAREWELL_MS = 500;
const REFUSED_RETRY_MS = 2000;

/** Where the call comes from. */
export type Origin =
  /** `quiet`: nobody's devices ring. */
  | { role: 'caller'; key: string; chat: number; quiet: boolean }
  /** `over`: another device of this person is in it, and loses it. */
  | {
      role: 'callee';
      call: string;
      offer?: Description | undefined;
      candidates: Candidate[];
      over: boolean;
    }
  /** `over`: another tab of this browser had it. */
  | { role: 'returning'; call: string; over: boolean };

export interface CallOptions {
  origin: Origin;
  /** Whether it is the call of a group: each pair makes its own connection, and the call goes on without the others. */
  isGroup: boolean;
  media: Media;
  ice: IceConfiguration;
  signal: ServerSocket;
  local: LocalMedia;
  screen: ScreenShare;
  /** Whether this page is recording, which everyone in the call is told. */
  isRecording(): boolean;
  /** Whether this person wants to save data. */
  isSaving(): boolean;
  events: CallEvents;
}

export interface CallEvents {
  /** `since`: when it was answered, in terms of `performance.now()`, which changes of the clock don't affect. */
  state(state: State, since: number | undefined): void;
  /** The server has given the call its address. */
  named(call: string): void;
  /** Somebody's tracks, once more for each that is added. */
  stream(side: Side, source: Source, stream: MediaStream): void;
  peerState(side: Side, state: ChannelMessage & { type: 'state' }): void;
  /** Who else is in it, and who is rung. @param sides what `side` is for each who is in it */
  roster(roster: Roster, sides: ReadonlyMap<string, Side>): void;
  /** Somebody was added, and it goes on as another call. */
  moved(to: string): void;
  /** Whether somebody's link carries. */
  carries(side: Side, isConnected: boolean): void;
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
  /** The person wants to save data, or no longer. */
  fit(): void;
  /** How loud each of the others is at this moment, 0 to 1. */
  levels(): ReadonlyMap<Side, number>;
  /** What the browser counts of the connection to each of them that carries. */
  statistics(): ReadonlyMap<Side, Promise<Statistics> | undefined>;
  /** Sends one of them no more lines of a picture; undefined for as many as there are. */
  limit(side: Side, lines: number | undefined): void;
  /** In how many lines this page shows what it gets of somebody; undefined asks for all there is. */
  shows(side: Side, lines: Record<Source, number | undefined>): void;
}

export function createCall(options: CallOptions): Call {
  const { origin, isGroup, media, ice, signal, local, screen, events } = options;
  const key = origin.role === 'caller' ? origin.key : undefined;
  const answered = origin.role === 'callee' ? origin.offer?.sdp : undefined;
  let since: number | undefined;
  /** The page has no connection that the other side could know of. */
  let fresh = origin.role === 'returning';
  let overAtServer = false;
  let prepared = Promise.resolve();
  let isRetrying = false;
  /** The call in which this one goes on, once there is one: this page has a place in it before it opens it. */
  let movedTo: string | undefined;
  /** In how many lines this page shows each of the others. */
  const shown = new Map<Side, { self?: number; screen?: number }>();

  const lifecycle = createLifecycle(
    run,
    (state) => events.state(state, since),
    isGroup ? groupDeadline : deadline,
  );
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
    () => mesh.renewIce(),
  );
  const mesh = createMesh({
    ice,
    outgoing: { self: local.outgoing, screen: screen.outgoing },
    // Nothing is said about a call that is over.
    post: (message) => !isEnded() && signal.send(message),
    call: membership.call,
    own: membership.own,
    // Only the caller has something to say to the other side before it is there, for when it is.
    isRinging: () => lifecycle.state().name === 'calling',
    freshIce: renewal.request,
    isSaving: options.isSaving,
    events: {
      connected(side, isConnected) {
        // Until the goodbye has arrived the links live on, and nobody looks at them any more.
        if (isEnded()) return;
        events.carries(side, isConnected);
        if (isConnected) dispatch({ type: 'connected' });
        else if (!mesh.isAnyConnected()) dispatch({ type: 'lost' });
      },
      stream(side, source, stream) {
        if (!isEnded()) events.stream(side, source, stream);
      },
      channelOpened(side) {
        tell();
        tellShown(side);
      },
      message(side, message) {
        if (isEnded()) return;
        if (message.type === 'state') events.peerState(side, message);
        else if (message.type === 'shows') mesh.shows(side, { self: message.self, screen: message.screen });
        // The server says of each in a group what becomes of them, while the others go on.
        else if (isGroup) return;
        else if (message.type === 'hang-up') dispatch({ type: 'peer-hung-up' });
        else if (message.type === 'leaving') dispatch({ type: 'peer-left' });
      },
    },
  });
  const outbox = createOutbox(signal, () => (isGroup ? undefined : mesh.first().local()));
  renewal.schedule(ice);
  const message = createMessages({
    ...{ key, answered, isGroup, membership, lifecycle, mesh, outbox, renewal },
    events: {
      named: events.named,
      answered(elapsed) {
        if (elapsed !== undefined) since = performance.now() - elapsed;
        events.state(lifecycle.state(), since);
      },
      joined() {
        fresh = false;
      },
      roster(roster) {
        const sides = [...roster.peers.keys()].flatMap((member): [string, Side][] => {
          const side = mesh.sideOf(member);
          return side === undefined ? [] : [[member, side]];
        });
        events.roster(roster, new Map(sides));
      },
      refused: retryLater,
      moved(to) {
        movedTo = to;
        if (isEnded()) leaveMoved();
        else events.moved(to);
      },
      over() {
        overAtServer = true;
        events.roster(EMPTY, new Map());
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
        if (isGroup) ring();
        else void mesh.first().offer().then(ring);
        return;
      case 'prepare-answer':
        if (origin.role === 'callee' && origin.offer && !isGroup)
          prepared = mesh.first().answer(origin.offer, origin.candidates);
        return;
      case 'resume':
        // In a group it isn't known yet to whom.
        if (!isGroup) mesh.first().offerAnew();
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
        // In a group nobody listens to it: there the server says who has left.
        mesh.tell({ type: 'hang-up' });
        return;
      case 'close':
        local.stop();
        screen.stop();
        renewal.stop();
        membership.forget();
        setTimeout(mesh.close, FAREWELL_MS);
        return;
      default:
        command satisfies never;
    }
  }

  function ring(): void {
    if (origin.role !== 'caller' || lifecycle.state().name !== 'calling') return;
    if (isGroup || mesh.first().local()) outbox.ring(origin.key, origin.chat, media, origin.quiet);
    else dispatch({ type: 'over', reason: 'failed' });
  }

  function accept(): void {
    const call = membership.call();
    if (call === undefined || isEnded()) return;
    // A page that is reloaded from here on has a place in the call, though it doesn't know which.
    membership.claim();
    const over = origin.role === 'callee' && origin.over;
    // The other side has a connection with the device that loses the call, and waits for a new one.
    if (over && !isGroup) mesh.first().offerAnew();
    outbox.join(call, over);
  }

  /** Whoever hangs up wants into no other call either. Where it isn't heard, the place is given up after a while. */
  function leaveMoved(): void {
    if (movedTo !== undefined) signal.send({ type: 'leave', call: movedTo });
  }

  /** What the server has to hear depends on what it has heard already. */
  function farewell(): void {
    leaveMoved();
    const call = membership.call();
    if (call === undefined) {
      if (!outbox.wasSent('ring')) outbox.settle('ring');
      else if (key !== undefined) outbox.cancel(key);
    } else if (origin.role === 'callee' && !membership.isTaken() && !outbox.wasSent('join')) {
      outbox.settle('join');
      outbox.decline(call);
    } else outbox.leave(call);
  }

  function opened(): void {
    const [call, member] = [membership.call(), membership.own()];
    // A page that still asks whether to return leaves its place as it is.
    if (call === undefined || !membership.isTaken() || overAtServer || lifecycle.state().name === 'idle')
      return;
    const over = origin.role === 'returning' && origin.over && fresh;
    signal.send({ type: 'resume', call, ...(member && { member }), fresh, ...(over && { over }) });
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

  function tellShown(side: Side): void {
    const lines = shown.get(side);
    if (lines) mesh.tell({ type: 'shows', ...lines }, side);
  }

  function tell(): void {
    const own = membership.own();
    // While the page asks whether to return, everything is off, which isn't what the person chose.
    if (own && lifecycle.state().name !== 'idle') membership.take(own);
    mesh.tell({
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
      if (!isEnded()) mesh.online();
    },
    leave() {
      const call = membership.call();
      // What rings here has no place yet: closing this page leaves the other devices ringing.
      if (call === undefined || ['idle', 'ringing', 'ended'].includes(lifecycle.state().name)) return;
      mesh.tell({ type: 'leaving' });
      signal.send({ type: 'leave', call, closing: true });
    },
    send: mesh.publish,
    tell,
    fit: mesh.fit,
    levels: mesh.levels,
    statistics: () => (isEnded() ? new Map() : mesh.statistics()),
    limit: mesh.limit,
    shows(side, { self, screen }) {
      shown.set(side, { ...(self !== undefined && { self }), ...(screen !== undefined && { screen }) });
      tellShown(side);
    },
  };
}
