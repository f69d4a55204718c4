/**
 * The pair of this page and one other member: it has a connection, and takes a new one when the other side
 * has, or when nothing else helps. In a call of several people every pair is such a link.
 */
import type { ChannelMessage } from '../../protocol/channel.ts';
import type { Candidate, Description, IceConfiguration } from '../../protocol/common.ts';
import { judge } from './negotiation.ts';
import { createPeer, type Kind, type Outgoing, type Peer, type Source } from './peer.ts';
import { createRecovery } from './recovery.ts';
import { createTrickle, type Way } from './trickle.ts';

/** A page that was loaded anew makes the offer; if it doesn't, we do. */
const OFFER_WAIT_MS = 10_000;
/** How long the polite side leaves the other the first word in a restart. */
const POLITE_MS = 700;

export interface LinkEvents {
  freshIce(): Promise<IceConfiguration | undefined>;
  connected(): void;
  lost(): void;
  /** Something more is to be seen or heard of the other side; a new connection has a new stream. */
  track(source: Source, stream: MediaStream): void;
  channelOpened(): void;
  channelMessage(message: ChannelMessage): void;
}

export interface Link {
  /** Makes the first offer; `local` has it then. */
  offer(): Promise<void>;
  /** Makes an offer on a new connection and sends it as soon as there is a way. */
  offerAnew(): void;
  /** Answers the first offer; `local` has the answer then. */
  answer(offer: Description, candidates: Candidate[]): Promise<void>;
  /** The newest own description, for a message that carries it together with something else. */
  local(): Description | undefined;
  /** Which side gives way when offers cross; known as soon as both members are. */
  setPolite(polite: boolean): void;
  receive(description: Description): void;
  receiveCandidates(candidates: Candidate[]): void;
  /** Sends what waited for a way to the other side. `again` repeats an offer that has no answer yet. */
  flush(again?: boolean): void;
  /** The other side has no connection any more, and will offer a new one. */
  renew(): void;
  /**
   * The browser has a network again: a new way (an ICE restart, RFC 8445 §2.4) unless the old one still carries.
   * A restart of what works can cost seconds: Chromium sends to the old port of Firefox for a while.
   */
  online(): void;
  /** The ICE servers run out: a new way if the old one goes over them. */
  renewIce(): void;
  send(source: Source, kind: Kind, track: MediaStreamTrack | null): void;
  say(message: ChannelMessage): boolean;
  isConnected(): boolean;
  close(): void;
}

export function createLink(
  ice: IceConfiguration,
  outgoing: Record<Source, Outgoing>,
  server: Way,
  events: LinkEvents,
): Link {
  let peer: Peer | undefined;
  let polite = false;
  let closed = false;
  let offerWait: ReturnType<typeof setTimeout> | undefined;
  let offersSeen = 0;
  let queue = Promise.resolve();

  const channel: Way = {
    description: (description) => say({ type: 'description', description }),
    candidates: (candidates) => say({ type: 'candidates', candidates }),
  };
  const trickle = createTrickle([server, channel], () => peer?.local());
  const recovery = createRecovery({ lost: events.lost, restart, replace: () => enqueue(offerAnew) });

  /** One thing at a time: whatever is done next finds the connection between two steps, never within one. */
  function enqueue(work: () => Promise<void>): Promise<void> {
    queue = queue.then(async () => {
      if (closed) return;
      try {
        await work();
      } catch (error) {
        if (closed) return;
        console.warn('A step of the negotiation failed; another connection will be tried.', error);
        recovery.broken();
      }
    });
    return queue;
  }

  function replacePeer(): Peer {
    peer?.close();
    recovery.replaced();
    trickle.dropCandidates();
    const streams: Record<Source, MediaStream> = { self: new MediaStream(), screen: new MediaStream() };
    const made = createPeer(ice, outgoing, {
      negotiationNeeded: () => made === peer && void enqueue(offerAgain),
      candidate: (candidate) => made === peer && trickle.candidate(candidate),
      state(state) {
        if (made !== peer) return;
        recovery.state(state);
        if (state === 'connected') events.connected();
      },
      track(source, track) {
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
        silent: () => made === peer && restart(),
      },
    });
    peer = made;
    return made;
  }

  function hear(message: ChannelMessage): void {
    if (message.type === 'description') receive(message.description);
    else if (message.type === 'candidates') receiveCandidates(message.candidates);
    else events.channelMessage(message);
  }

  async function offerAgain(): Promise<void> {
    if (peer?.signaling() !== 'stable') return;
    await peer.offer();
    trickle.described();
  }

  async function offerAnew(): Promise<void> {
    recovery.begin();
    await replacePeer().offer();
    trickle.described();
  }

  function say(message: ChannelMessage): boolean {
    return peer?.channel.send(message) ?? false;
  }

  function receive(description: Description): void {
    if (description.type === 'offer') offersSeen += 1;
    void enqueue(async () => {
      clearTimeout(offerWait);
      const side = { signaling: peer?.signaling() ?? 'stable', remote: peer?.remote(), polite };
      const verdict = judge(description, side);
      if (verdict === 'ignore') return;
      if (verdict === 'offer-anew') return offerAnew();
      const target = verdict === 'replace' ? replacePeer() : (peer ?? replacePeer());
      recovery.begin();
      await target.take(description);
      if (description.type === 'offer') trickle.described();
    });
  }

  function receiveCandidates(candidates: Candidate[]): void {
    void enqueue(async () => {
      await Promise.all(candidates.map((candidate) => peer?.addCandidate(candidate)));
    });
  }

  function restart(): void {
    void restartIf(async () => true);
  }

  /** Fresh ICE servers in any case, and a new way where it is needed. */
  async function restartIf(isNeeded: (peer: Peer) => Promise<boolean>): Promise<void> {
    const seen = offersSeen;
    const fresh = await events.freshIce();
    if (closed) return;
    if (fresh) {
      ice = fresh;
      peer?.configure(fresh);
    }
    // One restart is enough for both sides, and browsers aren't good at rolling one back.
    if (polite) await new Promise((resolve) => setTimeout(resolve, POLITE_MS));
    if (closed || !peer || offersSeen !== seen || !(await isNeeded(peer))) return;
    // An offer without answer may have been lost on the way; a second one can't be made before it is answered.
    if (peer.signaling() === 'have-local-offer') trickle.described();
    peer.restart();
  }

  return {
    offer: () => enqueue(() => replacePeer().offer()),
    offerAnew: () => void enqueue(offerAnew),
    answer: (offer, candidates) =>
      enqueue(async () => {
        const made = replacePeer();
        recovery.begin();
        await made.take(offer);
        // The answer waits for none of them: each takes its way through the browser's processes.
        for (const candidate of candidates) void made.addCandidate(candidate);
      }),
    local: trickle.take,
    setPolite(value) {
      polite = value;
    },
    receive,
    receiveCandidates,
    flush(again) {
      if (again && peer?.signaling() === 'have-local-offer') trickle.described();
      else trickle.flush();
      recovery.nudge();
    },
    renew() {
      events.lost();
      clearTimeout(offerWait);
      // What is still being done with a connection that is closed under it would never come to an end.
      void enqueue(async () => {
        peer?.close();
        peer = undefined;
        trickle.drop();
      });
      offerWait = setTimeout(() => void enqueue(offerAnew), OFFER_WAIT_MS);
    },
    online: () => void restartIf((current) => current.isSilent()),
    renewIce: () => void restartIf((current) => current.isRelayed()),
    send: (source, kind, track) => void peer?.send(source, kind, track),
    say,
    isConnected: () => peer?.state() === 'connected',
    close() {
      closed = true;
      trickle.drop();
      clearTimeout(offerWait);
      recovery.stop();
      peer?.close();
    },
  };
}
