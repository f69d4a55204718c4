/** What each message of the server does to a call. */
import type { FirstServerMessage as ServerMessage } from '../../protocol/first-version.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import { hasLeft, type Reason } from './lifecycle/state.ts';
import type { Membership } from './membership.ts';
import type { Link } from './pair/link.ts';
import { isPolite } from './pair/negotiation.ts';
import { isAbout } from './server/about.ts';
import { meaningOf, type ServerError } from './server/error-meaning.ts';
import type { IceRenewal } from './server/ice-renewal.ts';
import type { Outbox } from './server/outbox.ts';

export interface MessageParts {
  /** Of one's own ring, by which the server's messages name the call until it has an id. */
  key: string | undefined;
  /** The SDP of the offer that the page was served with and has answered. */
  answered: string | undefined;
  membership: Membership;
  lifecycle: Lifecycle;
  link: Link;
  outbox: Outbox;
  renewal: IceRenewal;
  events: MessageEvents;
}

export interface MessageEvents {
  /** The server has given the call its address. */
  named(call: string): void;
  /** The call is on, since so many ms as far as the server says; it may do so more than once. */
  accepted(elapsed: number | undefined): void;
  /** The page has its place again. */
  resumed(): void;
  /** What was refused is to be tried again later. */
  refused(): void;
  /** The server has no call any more. */
  over(): void;
}

/** @returns what takes the messages of the socket, of which some may be about another call */
export function createMessages(parts: MessageParts): (message: ServerMessage) => void {
  const { key, answered, membership, lifecycle, link, outbox, renewal, events } = parts;

  const isEnded = () => lifecycle.state().name === 'ended';

  function name(call: string): void {
    if (membership.name(call)) events.named(call);
  }

  function meet(member: string): void {
    membership.meet(member);
    const own = membership.own();
    if (own) link.setPolite(isPolite(own, member));
  }

  function peerIsBack(): void {
    if (!hasLeft(lifecycle.state())) return;
    lifecycle.dispatch({ type: 'peer-back' });
    // A page from the history cache may have kept its connection.
    if (link.isConnected()) lifecycle.dispatch({ type: 'connected' });
  }

  function over(reason: Reason): void {
    events.over();
    outbox.settle();
    lifecycle.dispatch({ type: 'over', reason });
  }

  function failed(error: ServerError): void {
    const meaning = meaningOf(error, membership.other() !== undefined);
    if (meaning === 'retry') events.refused();
    else if (meaning === 'settled') outbox.settle('decline', 'hang-up', 'cancel');
    else if (meaning) over(meaning.over);
  }

  return (message) => {
    if (!isAbout(message, membership.call(), key)) return;
    switch (message.type) {
      case 'ringing':
        name(message.call);
        membership.take(message.member);
        outbox.settle('ring');
        if (isEnded()) outbox.hangUp(message.call);
        lifecycle.dispatch({ type: 'rung' });
        link.flush();
        return;
      case 'accepted':
        if (!['calling', 'connecting', 'active'].includes(lifecycle.state().name)) return;
        name(message.call);
        membership.take(message.member);
        meet(message.peer.member);
        outbox.settle('ring', 'accept');
        events.accepted(message.elapsed);
        // Only an offer that is newer than the page's own needs another answer.
        if (message.description && message.description.sdp !== answered) link.receive(message.description);
        link.receiveCandidates(message.candidates);
        link.flush();
        return;
      case 'resumed':
        events.resumed();
        membership.take(message.member);
        if (message.peer) meet(message.peer.member);
        if (message.state === 'active') events.accepted(message.elapsed);
        link.flush(true);
        return;
      case 'peer':
        meet(message.member);
        if (message.left) lifecycle.dispatch({ type: 'peer-left' });
        if (message.fresh) link.renew();
        else if (message.connected) link.flush(true);
        if (message.connected) peerIsBack();
        return;
      case 'description':
        if (isEnded()) return;
        meet(message.from);
        link.receive(message.description);
        return;
      case 'candidates':
        link.receiveCandidates(message.candidates);
        return;
      case 'request-offer':
        if (isEnded()) return;
        meet(message.from);
        link.receiveRequest(message.fragment);
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
