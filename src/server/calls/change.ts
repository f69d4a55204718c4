/**
 * The only way a call changes: what is written is one transaction, with the end of a call that can't go on and its entry in
 * the conversation; whatever is different afterwards is told to every page that knows of it.
 */
import type { EndReason } from '../../protocol/server.ts';
import { callerOf, entryOf, goesOn, here, isOpen, ringing } from './call.ts';
import type { Connection } from './connections.ts';
import type { CallContext } from './context.ts';
import { protocolError } from './protocol-error.ts';
import type { Speech } from './speech.ts';
import type { Call, Invite } from './store.ts';
import { type CallEvent, type InviteState, next } from './transitions.ts';

/** What a call ends by, should it end. `leave`, `lost`: somebody has left it, or was waited for long enough. */
type Cause = 'decline' | 'busy' | 'expire' | 'leave' | 'lost';

/** Accepted, but over within this time because somebody was lost: nobody has talked. In ms. */
const NOTHING = 1000;

type Circumstances = {
  cause?: Cause;
  /** When it ended, if not now. */
  at?: number;
  /** A page that is told of the end although it has no place in the call. */
  by?: Connection;
  /** A page that is coming in: it has stopped ringing there, and what it is told is that it is in. */
  joining?: Connection;
};

function eventOf({ state, answeredAt }: Call, cause: Cause, at: number): CallEvent {
  if (cause !== 'leave' && cause !== 'lost') return cause;
  if (state.name === 'ringing') return 'cancel';
  return cause === 'lost' && at - (answeredAt ?? at) < NOTHING ? 'fail' : 'hang-up';
}

/** How a page reads it that the ring there is over, while the call goes on. */
const silencedReason: Record<Exclude<InviteState, 'ringing'>, EndReason> = {
  joined: 'answered-elsewhere',
  declined: 'declined',
  busy: 'busy',
  missed: 'missed',
  cancelled: 'cancelled',
};

export function createChanges(context: CallContext, speech: Speech) {
  const { store, chats, membership, connections, offers, moves, timers, events, clock } = context;

  /** @param since when what ended it happened: it may be found out later, and others may have talked on meanwhile */
  function end(call: Call, cause: Cause, since: number) {
    const at = Math.max(since, ...call.places.map(({ leftAt }) => leftAt ?? 0));
    const state = next(call.state, eventOf(call, cause, at));
    if (state?.name !== 'ended') throw protocolError('out-of-turn');
    const unanswered = cause === 'expire' ? 'missed' : 'cancelled';
    store.end(call.id, call.state.name, { reason: state.reason, at, unanswered });
  }

  function write(id: string, work: (call: Call | undefined) => void, cause: Cause, at: number) {
    const before = store.find(id);
    work(before);
    let after = store.find(id);
    if (!after) throw protocolError('not-found');
    if (after.state.name !== 'ended' && !goesOn(after)) {
      end(after, cause, at);
      after = store.find(id) ?? after;
    }
    const isEntryNew = !before || JSON.stringify(entryOf(before)) !== JSON.stringify(entryOf(after));
    if (isEntryNew) chats.putCall(after.conversation, after.startedBy, entryOf(after));
    return { before, after, isEntryNew };
  }

  function writeOrForget(id: string, ...how: [(call: Call | undefined) => void, Cause, number]) {
    try {
      return store.transaction(() => write(id, ...how));
    } catch (error) {
      // What was kept for a call that couldn't be written.
      if (!store.find(id)) offers.drop(id);
      throw error;
    }
  }

  /** Everything is over: to whoever was in it, to every page where it rang, and to the one that asked for it. */
  function tellAll(before: Call | undefined, after: Call, by: Connection | undefined) {
    timers.drop(after.id);
    moves.drop(after.id);
    offers.drop(after.id);
    const inIt = new Set(connections.clear(before ? here(before) : []));
    for (const page of inIt) speech.out(page, after);
    const others = new Set([...connections.forgetTold(after.id), ...(by ? [by] : [])]);
    for (const page of others) if (!inIt.has(page)) speech.ended(page, after);
  }

  /** Who has left is told so, and so are those who stay. */
  function tellOfLeaving(before: Call, after: Call): Connection[] {
    const left = here(before).filter(({ id }) => !isOpen(after, id));
    return left.flatMap((place) => {
      const pages = connections.clear([place]);
      timers.cancel(after.id, place.id);
      for (const page of pages) speech.out(page, after, 'hung-up');
      speech.others(after, place, 'left');
      return pages;
    });
  }

  function stopRinging(after: Call, { user }: Invite, joining: Connection | undefined): Connection[] {
    const now = after.invites.find((invite) => invite.user === user)?.state;
    if (now === undefined || now === 'ringing') return [];
    const pages = connections.forgetTold(after.id, user).filter((page) => page !== joining);
    for (const page of pages) speech.ended(page, after, silencedReason[now]);
    return pages;
  }

  function announce(before: Call | undefined, after: Call, { by, joining }: Circumstances) {
    const isOver = after.state.name === 'ended';
    const rang = before?.invites.filter(({ user }) => ringing(before, user)) ?? [];
    const silenced = rang.filter(({ user }) => !ringing(after, user));
    if (isOver) tellAll(before, after, by);
    else {
      const told = before ? tellOfLeaving(before, after) : [];
      for (const invite of silenced) told.push(...stopRinging(after, invite, joining));
      if (by && !told.includes(by)) speech.ended(by, after, 'hung-up');
    }
    for (const { user, id } of before ? here(before) : [])
      if (!isOpen(after, id)) events.emit('call-place-changed', { user });
    for (const { user, id } of here(after))
      if (!before || !isOpen(before, id)) events.emit('call-place-changed', { user });
    for (const { user } of silenced) events.emit('call-quiet', { call: after.id, callee: user });
    if (isOver) return;
    const { id: call, conversation, media } = after;
    for (const { user: callee } of after.invites) {
      if (!ringing(after, callee) || (before && ringing(before, callee))) continue;
      if (!membership.wantsRings(conversation, callee)) continue;
      for (const page of connections.ofUser(callee)) speech.incoming(page, after);
      const caller = callerOf(after, callee);
      events.emit('call-ringing', { call, conversation, caller, callee, media });
    }
    if (after.isGroup && before && JSON.stringify(before.invites) !== JSON.stringify(after.invites))
      speech.invited(after);
  }

  /**
   * Runs what `work` writes about a call, or the writing of a new one. It sees the call as it is in that transaction, and may
   * throw to leave everything as it was.
   */
  return function change(
    id: string,
    work: (call: Call | undefined) => void,
    circumstances: Circumstances = {},
  ): Call {
    const { cause = 'leave', at = clock.now() } = circumstances;
    const { before, after, isEntryNew } = writeOrForget(id, work, cause, at);
    announce(before, after, circumstances);
    if (isEntryNew) chats.announce(after.conversation);
    return after;
  };
}

export type Change = ReturnType<typeof createChanges>;
