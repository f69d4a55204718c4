/** What pages are told about a call, one at a time. */
import type { Description } from '../../protocol/common.ts';
import type { EndReason, ServerMessage } from '../../protocol/server.ts';
import { answered, callerOf, here, othersIn, secondsOf } from './call.ts';
import { type Connection, knows } from './connections.ts';
import { type CallContext, invitedTo, peerOf } from './context.ts';
import { errorFor } from './frame.ts';
import { iceFor } from './ice.ts';
import type { Call, Place } from './store.ts';

type PeerMessage = ServerMessage & { type: 'peer' };

export function createSpeech(context: CallContext) {
  const { connections, accounts, chats, offers, clock, iceServers } = context;

  const since = ({ answeredAt }: Call) => answeredAt !== undefined && answered(answeredAt, clock.now());

  /**
   * It is over, or it is for this page.
   * @param reason where the call itself goes on
   * @param asked the key of the ring that this answers; else it is that of the device's last one
   */
  function ended(page: Connection, call: Call, reason?: EndReason, asked?: string): void {
    const own = call.places.filter(({ user, key }) => user === page.user && key !== undefined);
    const key = asked ?? (own.findLast(({ device }) => device === page.device) ?? own.at(-1))?.key;
    page.send({
      type: 'ended',
      call: call.id,
      ...(key !== undefined && { key }),
      reason: reason ?? (call.state.name === 'ended' ? call.state.reason : 'failed'),
      seconds: secondsOf({ ...call, endedAt: call.endedAt ?? clock.now() }),
    });
  }

  return {
    ended,

    /**
     * Its place is gone. Who isn't in the group any more is told that: nothing of it is theirs to go back to.
     * @param reason where the call itself goes on
     */
    out(page: Connection, call: Call, reason?: EndReason): void {
      const isTheirs = !call.isGroup || chats.isMember(call.conversation, page.user);
      if (isTheirs) ended(page, call, reason);
      else page.send(errorFor('not-allowed', { about: 'resume', call: call.id }));
    },

    /** Its call goes on in another one, in which this page has its place. */
    moved: (page: Connection, from: string, to: Call): void =>
      page.send({ type: 'moved', call: from, to: to.id, chat: to.conversation }),

    /** A page has its place, for the first time or once more. */
    joined(page: Connection, call: Call, me: Place): void {
      // Only who accepts a call of two needs what the caller has said before.
      const offer = !call.isGroup && me.user !== call.startedBy ? offers.of(call.id) : undefined;
      page.send({
        type: 'joined',
        call: call.id,
        ...(me.key !== undefined && { key: me.key }),
        member: me.id,
        topology: 'mesh',
        peers: othersIn(call, me).map((place) => ({
          ...peerOf(context, place),
          away: connections.at(place.id) === undefined,
        })),
        ...since(call),
        ...(call.isGroup && { invited: invitedTo(context, call) }),
        ...(offer?.description && { description: offer.description }),
        candidates: offer?.candidates ?? [],
      });
    },

    /** Tells the others in a call what has happened to a place. */
    others(
      call: Call,
      place: Place,
      event: PeerMessage['event'],
      more: { closing?: boolean; description?: Description | undefined } = {},
    ): void {
      for (const other of othersIn(call, place)) {
        connections.at(other.id)?.send({
          type: 'peer',
          call: call.id,
          event,
          peer: peerOf(context, place),
          ...since(call),
          ...(more.closing && { closing: true }),
          ...(more.description && { description: more.description }),
        });
      }
    },

    /** Tells everybody in a group's call how it stands with those who were rung. */
    invited(call: Call): void {
      const people = invitedTo(context, call);
      for (const { id } of here(call)) connections.at(id)?.send({ type: 'invited', call: call.id, people });
    },

    /** Rings at an open call page, which prepares its answer meanwhile. */
    incoming(page: Connection, call: Call): void {
      if (!knows(page, call.isGroup)) return;
      const { description, candidates } = offers.of(call.id);
      connections.noteTold(page, call.id);
      const group = call.isGroup ? chats.conversation(call.conversation)?.title : undefined;
      page.send({
        type: 'incoming',
        call: call.id,
        chat: call.conversation,
        name: accounts.userById(callerOf(call, page.user))?.displayName ?? '',
        ...(group !== undefined && { group }),
        media: call.media,
        ...(description && { offer: description }),
        candidates,
        ice: iceFor(iceServers(page.host), page.user, clock.now()),
      });
    },
  };
}

export type Speech = ReturnType<typeof createSpeech>;
