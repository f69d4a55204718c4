/** What each message of the server does to a call. */
import type { ServerMessage } from '../../protocol/server.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import { after, EMPTY, type Roster } from './lifecycle/roster.ts';
import { hasLeft, type Reason } from './lifecycle/state.ts';
import type { Membership } from './membership.ts';
import type { Mesh } from './mesh.ts';
import { isAbout } from './server/about.ts';
import { meaningOf, type ServerError } from './server/error-meaning.ts';
import type { IceRenewal } from './server/ice-renewal.ts';
import type { Outbox } from './server/outbox.ts';

type Joined = ServerMessage & { type: 'joined' };
type PeerMessage = ServerMessage & { type: 'peer' };

export interface MessageParts {
  /** Of one's own ring, by which the server's messages name the call until it has an id. */
  key: string | undefined;
  /** The SDP of the offer that the page was served with and has answered. */
  answered: string | undefined;
  /** A call of a group goes on without the others. */
  isGroup: boolean;
  membership: Membership;
  lifecycle: Lifecycle;
  mesh: Mesh;
  outbox: Outbox;
  renewal: IceRenewal;
  events: MessageEvents;
}

export interface MessageEvents {
  /** The server has given the call its address. */
  named(call: string): void;
  /** Two were in it first so many ms ago, as far as the server says; it may do so more than once. */
  answered(elapsed: number | undefined): void;
  /** The page has its place, or has it back. */
  joined(): void;
  /** Somebody has come, gone, or is rung no longer. */
  roster(roster: Roster): void;
  /** What was refused is to be tried again later. */
  refused(): void;
  /** It goes on in another call, in which this page has its place. */
  moved(to: string): void;
  /** The server has no call any more. */
  over(): void;
}

/** @returns what takes the messages of the socket, of which some may be about another call */
export function createMessages(parts: MessageParts): (message: ServerMessage) => void {
  const { key, answered, isGroup, membership, lifecycle, mesh, outbox, renewal, events } = parts;
  let roster = EMPTY;

  const isEnded = () => lifecycle.state().name === 'ended';

  function name(call: string): void {
    if (membership.name(call)) events.named(call);
  }

  function take(message: ServerMessage): void {
    const before = roster;
    roster = after(roster, message);
    if (roster !== before) events.roster(roster);
  }

  /** How it stands with the others altogether: that is what the call's state says. */
  function lookAtAll(): void {
    const others = [...roster.peers.values()];
    if (others.length === 0) {
      if (isGroup) lifecycle.dispatch({ type: 'alone' });
    } else if (others.every(({ closing }) => closing)) lifecycle.dispatch({ type: 'peer-left' });
    else if (hasLeft(lifecycle.state())) {
      lifecycle.dispatch({ type: 'peer-back' });
      // A page from the history cache may have kept its connection.
      if (mesh.isAnyConnected()) lifecycle.dispatch({ type: 'connected' });
    } else if (!mesh.isAnyConnected()) lifecycle.dispatch({ type: 'lost' });
  }

  function joined(message: Joined): void {
    name(message.call);
    membership.take(message.member);
    outbox.settle('ring', 'join');
    if (isEnded()) {
      outbox.leave(message.call);
      return;
    }
    events.joined();
    const isBack = roster.own !== undefined;
    const present = new Set(message.peers.map(({ member }) => member));
    for (const member of mesh.members()) if (!present.has(member)) mesh.leave(member);
    const known = new Set(mesh.members());
    // Whoever came while this page was away has an offer on its way, and repeats it.
    for (const { member } of message.peers) mesh.join(member, !isBack);
    take(message);
    if (message.peers.length === 0) {
      lifecycle.dispatch({ type: 'rung' });
      lookAtAll();
      if (message.elapsed !== undefined) events.answered(message.elapsed);
      // A server that was started again has forgotten what it kept for whoever accepts.
      for (const link of mesh.links()) link.flush(isBack);
      return;
    }
    lifecycle.dispatch({ type: 'accepted' });
    events.answered(message.elapsed);
    lookAtAll();
    // Only an offer that is newer than the page's own needs another answer.
    if (message.description && message.description.sdp !== answered)
      mesh.first().receive(message.description);
    if (!isGroup) mesh.first().receiveCandidates(message.candidates);
    // What the page has offered itself is seen by nobody where theirs is answered.
    const repeats = !isGroup && !message.description;
    for (const member of present) mesh.of(member)?.flush(known.has(member) || repeats);
  }

  function peer(message: PeerMessage): void {
    const { event, peer: other, elapsed, description } = message;
    if (event === 'left') {
      mesh.leave(other.member);
      take(message);
      lookAtAll();
      return;
    }
    // Whoever comes in, or comes back without a connection, offers; somebody who is only heard of so late is offered to.
    mesh.join(other.member, event === 'back' || event === 'away');
    take(message);
    const link = mesh.of(other.member);
    if (event === 'joined') {
      outbox.settle('ring', 'join');
      lifecycle.dispatch({ type: 'accepted' });
      events.answered(elapsed);
      if (description) link?.receive(description);
      link?.flush();
    } else if (event === 'fresh') link?.renew();
    else if (event === 'back') link?.flush(true);
    lookAtAll();
  }

  function over(reason: Reason): void {
    events.over();
    outbox.settle();
    lifecycle.dispatch({ type: 'over', reason });
  }

  function failed(error: ServerError): void {
    const meaning = meaningOf(error, roster.peers.size > 0, isGroup);
    if (meaning === 'retry') events.refused();
    else if (meaning === 'settled') outbox.settle('decline', 'leave', 'cancel');
    else if (meaning) over(meaning.over);
  }

  return (message) => {
    if (!isAbout(message, membership.call(), key)) return;
    switch (message.type) {
      case 'joined':
        joined(message);
        return;
      case 'peer':
        if (!isEnded()) peer(message);
        return;
      case 'moved':
        events.moved(message.to);
        return;
      case 'invited':
        if (!isEnded()) take(message);
        return;
      case 'description':
        if (!isEnded()) mesh.of(message.from)?.receive(message.description);
        return;
      case 'candidates':
        mesh.of(message.from)?.receiveCandidates(message.candidates);
        return;
      case 'request-offer':
        if (!isEnded()) mesh.of(message.from)?.receiveRequest(message.fragment);
        return;
      case 'ice':
        renewal.received(message.ice);
        return;
      case 'ended':
        if (lifecycle.state().name === 'calling') name(message.call);
        over(message.reason);
        return;
      case 'error':
        failed(message);
        return;
      case 'welcome':
      case 'incoming':
      case 'pong':
      // The live socket says on every page that somebody was missed.
      case 'missed':
        return;
      default:
        message satisfies never;
    }
  };
}
