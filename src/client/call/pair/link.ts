/**
 * The link between this page and one other member: it has a connection, and makes a new one when the other side
 * does, or when nothing else helps. In a call of several people, every pair has such a link.
 */
import type { ChannelMessage } from '../../../protocol/channel.ts';
import type { Candidate, Description, IceConfiguration } from '../../../protocol/common.ts';
import type { Kind, Outgoing, Source } from '../../media/outgoing.ts';
import { type Connection, createConnection } from './connection.ts';
import type { Need } from './fit.ts';
import { createFormerConnections } from './former-connections.ts';
import { generation, isBeyondRestart, judge, judgeRequest, type Side } from './negotiation.ts';
import { createOfferLimit } from './offer-limit.ts';
import { createOfferRequest } from './offer-request.ts';
import { createReconnection } from './reconnection.ts';
import type { Statistics } from './stats.ts';
import { createSteps } from './steps.ts';
import { createTrickle, type SignalingPath } from './trickle.ts';

/** A page that was reloaded makes the offer; if it doesn't, we do. */
const OFFER_WAIT_MS = 10_000;

interface LinkPath extends SignalingPath {
  /** Asks for an offer in place of the description with this username fragment. */
  requestOffer(fragment: string): boolean;
}

export interface LinkEvents {
  freshIce(): Promise<IceConfiguration | undefined>;
  connected(): void;
  lost(): void;
  /** The other side has another track to show or play; a new connection has a new stream. */
  track(source: Source, stream: MediaStream): void;
  channelOpened(): void;
  channelMessage(message: ChannelMessage): void;
}

export interface Link {
  /** Makes the first offer; `local` has it then. */
  offer(): Promise<void>;
  /** Makes an offer on a new connection and sends it as soon as there is a path. */
  offerAnew(): void;
  /** Answers the first offer; `local` has the answer then. */
  answer(offer: Description, candidates: Candidate[]): Promise<void>;
  /** The newest own description, for a message that carries it together with something else. */
  local(): Description | undefined;
  /** Which side gives way when offers cross; known as soon as both members are. */
  setPolite(polite: boolean): void;
  receive(description: Description): void;
  receiveCandidates(candidates: Candidate[]): void;
  /** The other side wants an offer in place of the description with this username fragment. */
  receiveRequest(fragment: string): void;
  /** Sends what waited for a path to the other side. `again` repeats what has no answer yet. */
  flush(again?: boolean): void;
  /** The other side has no connection any more, and will offer a new one. */
  renew(): void;
  /**
   * The browser has a network again: an ICE restart (RFC 8445 §2.4), unless the old path still works.
   * Restarting a working one can cost seconds: Chromium keeps sending to Firefox's old port for a while.
   */
  online(): void;
  /** The ICE servers' credentials expire: an ICE restart if the path goes through them. */
  renewIce(): void;
  send(source: Source, kind: Kind, track: MediaStreamTrack | null): void;
  say(message: ChannelMessage): boolean;
  /** Sends pictures as the other side needs them. */
  fit(needs: Record<Source, Need>): void;
  /** How loud their voice is at this moment, 0 to 1. */
  level(): number;
  /** What the browser counts of the connection, if there is one. */
  statistics(): Promise<Statistics> | undefined;
  close(): void;
}

/** @param connect makes a connection, which only a browser can */
export function createLink(
  ice: IceConfiguration,
  outgoing: Record<Source, Outgoing>,
  server: LinkPath,
  events: LinkEvents,
  connect: typeof createConnection = createConnection,
): Link {
  let peer: Connection | undefined;
  let polite = false;
  let closed = false;
  let offerWait: ReturnType<typeof setTimeout> | undefined;
  let wasConnected = false;
  let needs: Record<Source, Need> | undefined;

  const channel: LinkPath = {
    description: (description) => say({ type: 'description', description }),
    candidates: (candidates) => say({ type: 'candidates', candidates }),
    requestOffer: (fragment) => say({ type: 'request-offer', fragment }),
  };
  const paths = [server, channel];
  const trickle = createTrickle(paths, () => peer?.local());
  const offerRequest = createOfferRequest(
    (fragment) => void paths.some((path) => path.requestOffer(fragment)),
  );
  const offerLimit = createOfferLimit();
  const former = createFormerConnections();
  const reconnection = createReconnection({
    lost: events.lost,
    // Waiting for fresh servers takes its time, in which the old way may come back.
    restart: () => void restartIf(async (current) => current.state() !== 'connected'),
    replace,
  });
  const steps = createSteps(reconnection.broken);

  function giveUp(): void {
    // If it was connected, the other side gives it up too when it hears of the next one; otherwise it may still be offering.
    if (wasConnected) former.add(peer?.remote());
    wasConnected = false;
    peer?.close();
    peer = undefined;
    offerRequest.settle();
  }

  function side(): Side {
    return {
      signaling: peer?.signaling() ?? 'stable',
      local: peer?.local()?.sdp,
      remote: peer?.remote(),
      offers: peer?.offers() ?? false,
      polite,
      former: former.fingerprints,
    };
  }

  function replacePeer(): Connection {
    giveUp();
    reconnection.replaced();
    trickle.dropCandidates();
    const streams: Record<Source, MediaStream> = { self: new MediaStream(), screen: new MediaStream() };
    const made = connect(ice, outgoing, {
      negotiationNeeded: () => made === peer && void steps.add(negotiate),
      candidate: (candidate) => made === peer && trickle.candidate(candidate),
      state(state) {
        if (made !== peer) return;
        reconnection.state(state);
        if (state !== 'connected') return;
        wasConnected = true;
        events.connected();
      },
      track(source, track) {
        if (made !== peer) return;
        streams[source].addTrack(track);
        events.track(source, streams[source]);
      },
      channel: {
        opened() {
          if (made !== peer) return;
          trickle.flush();
          events.channelOpened();
        },
        message: (message) => made === peer && hear(message),
        // A channel waiting to retransmit (SCTP doubles the time each time) says nothing about the path.
        silent: () => made === peer && void restartIf((current) => current.isSilent()),
      },
    });
    peer = made;
    fitAll();
    return made;
  }

  function fitAll(): void {
    for (const source of ['self', 'screen'] as const) if (needs) peer?.fit(source, needs[source]);
  }

  function hear(message: ChannelMessage): void {
    if (message.type === 'description') receive(message.description);
    else if (message.type === 'candidates') receiveCandidates(message.candidates);
    else if (message.type === 'request-offer') receiveRequest(message.fragment);
    else events.channelMessage(message);
  }

  async function negotiate(): Promise<void> {
    if (!peer?.offers()) return offerRequest.ask(peer?.remote());
    if (peer.signaling() !== 'stable') return;
    await peer.offer();
    trickle.described();
  }

  function replace(): void {
    const before = peer;
    // What is done first may bring the connection of the other side.
    void steps.add(async () => {
      if (peer === before) await offerAnew();
    });
  }

  async function offerAnew(): Promise<void> {
    const made = replacePeer();
    reconnection.begin();
    await made.offer();
    trickle.described();
  }

  function say(message: ChannelMessage): boolean {
    return peer?.channel.send(message) ?? false;
  }

  function receive(description: Description): void {
    void steps.add(async () => {
      const verdict = judge(description, side());
      if (verdict === 'ignore') {
        // A first offer that crossed ours: the other side gives up that connection.
        if (description.type === 'offer' && peer?.remote() === undefined) former.add(description.sdp);
        return;
      }
      const isAwaited = description.type === 'answer' && verdict === 'apply';
      if (!isAwaited && !offerLimit.hasTime(() => receive(description))) return;
      clearTimeout(offerWait);
      if (verdict === 'offer-anew') return offerAnew();
      if (verdict === 'replace') reconnection.reset();
      const target = verdict === 'replace' ? replacePeer() : (peer ?? replacePeer());
      reconnection.begin();
      await target.take(description);
      if (description.type === 'answer') return;
      offerRequest.settle();
      trickle.described();
    });
  }

  function receiveRequest(fragment: string): void {
    void steps.add(async () => {
      const verdict = judgeRequest(fragment, { ...side(), connected: peer?.state() === 'connected' });
      if (verdict === 'ignore' || !offerLimit.hasTime(() => receiveRequest(fragment))) return;
      if (verdict === 'restart') void restartIf(async () => true);
      else if (verdict === 'repeat') trickle.described();
      else if (verdict === 'offer-anew') await offerAnew();
    });
  }

  function receiveCandidates(candidates: Candidate[]): void {
    void steps.add(async () => {
      await Promise.all(candidates.map((candidate) => peer?.addCandidate(candidate)));
    });
  }

  /** Which description of the offering side this path came from; the same on both sides. */
  const newest = () => generation(peer?.offers() ? peer.local()?.sdp : peer?.remote());

  /** Fresh ICE servers in any case, and an ICE restart if it is still needed by then. */
  async function restartIf(isNeeded: (peer: Connection) => Promise<boolean>): Promise<void> {
    const before = newest();
    const fresh = await events.freshIce();
    if (closed) return;
    if (fresh) {
      ice = fresh;
      peer?.configure(fresh);
    }
    if (!peer || !(await isNeeded(peer)) || closed || newest() !== before) return;
    if (isBeyondRestart(peer.state(), peer.local()?.sdp)) return replace();
    if (!peer.offers()) return offerRequest.ask(peer?.remote());
    // An offer without answer may have been lost on the way; a second one can't be made before it is answered.
    if (peer.signaling() === 'have-local-offer') trickle.described();
    peer.restart();
  }

  return {
    offer: () => steps.add(() => replacePeer().offer()),
    offerAnew: () => void steps.add(offerAnew),
    answer: (offer, candidates) =>
      steps.add(async () => {
        const made = replacePeer();
        reconnection.begin();
        await made.take(offer);
        // The answer doesn't wait for them: each takes a trip through the browser's processes.
        for (const candidate of candidates) void made.addCandidate(candidate);
      }),
    local: trickle.take,
    setPolite(value) {
      polite = value;
    },
    receive,
    receiveCandidates,
    receiveRequest,
    flush(again) {
      if (again && peer?.signaling() === 'have-local-offer') trickle.described();
      else trickle.flush();
      if (again) offerRequest.repeat();
      reconnection.nudge();
    },
    renew() {
      events.lost();
      clearTimeout(offerWait);
      // What is still being done with a connection that is closed under it would never come to an end.
      void steps.add(async () => {
        giveUp();
        reconnection.reset();
        trickle.drop();
      });
      offerWait = setTimeout(() => {
        void steps.add(async () => {
          if (!peer) await offerAnew();
        });
      }, OFFER_WAIT_MS);
    },
    online: () => void restartIf((current) => current.isSilent()),
    renewIce: () => void restartIf((current) => current.isRelayed()),
    send: (source, kind, track) => void peer?.send(source, kind, track),
    say,
    fit(given) {
      needs = given;
      fitAll();
    },
    level: () => peer?.level() ?? 0,
    statistics: () => peer?.statistics(),
    close() {
      closed = true;
      steps.close();
      trickle.drop();
      clearTimeout(offerWait);
      offerLimit.stop();
      reconnection.stop();
      peer?.close();
    },
  };
}
