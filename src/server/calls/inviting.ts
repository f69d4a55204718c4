/** Adding people to a call that is on: in a group they are rung, and a call of two goes on in the group of all of them. */
import { here, MOST_PLACES, placeOf, ringing } from './call.ts';
import type { Change } from './change.ts';
import { knows } from './connections.ts';
import type { CallContext } from './context.ts';
import { newId } from './joining.ts';
import { protocolError } from './protocol-error.ts';
import { createRecent } from './recent.ts';
import type { Reconnection } from './reconnection.ts';
import type { Ringing } from './ringing.ts';
import type { Speech } from './speech.ts';
import type { Call } from './store.ts';

/** People whom one person adds in a minute: each of their devices rings. */
const MOST_INVITED = 20;
const MINUTE = 60_000;

export function createInviting(
  context: CallContext,
  change: Change,
  speech: Speech,
  reconnection: Reconnection,
  ringings: Ringing,
) {
  const { store, membership, connections, moves, clock, background } = context;
  const countInvited = createRecent(clock, MOST_INVITED, MINUTE);

  /** @throws ended where the call is over, or `by` isn't in it any more */
  function mustBeIn(call: Call | undefined, by: number): Call {
    if (!call || call.state.name === 'ended' || !placeOf(call, by)) throw protocolError('ended');
    return call;
  }

  /** Whoever is at their place has another one from now on, and is told so, now or when their page is back. */
  function leadOver(from: Call, to: Call) {
    moves.note(from.id, to.id);
    for (const { id, user } of here(from)) {
      const place = placeOf(to, user);
      if (!place) continue;
      const page = connections.at(id);
      if (!page) continue;
      reconnection.takePlace(page, to, place);
      speech.moved(page, from.id, to);
    }
    reconnection.watch(to);
  }

  return {
    /**
     * To be asked before anything is written for them: counts as many as adding them.
     * @throws full where so many more don't fit in; too-many
     */
    mayInvite(call: Call, by: number, people: number): void {
      if (here(call).length + people > MOST_PLACES) throw protocolError('full');
      for (let count = 0; count < people; count++) countInvited(by);
    },

    /**
     * Rings people for the call of a group that `by` is in: those of its members who aren't in it and aren't rung.
     * @returns who is rung
     * @throws ended
     */
    invite(id: string, by: number, people: number[]): number[] {
      const call = mustBeIn(store.find(id), by);
      const wanted = membership
        .rungBy(call.conversation, by)
        .filter((user) => people.includes(user) && !placeOf(call, user) && !ringing(call, user));
      if (wanted.length === 0) return [];
      const summons = ringings.summonsTo(wanted, by);
      const after = change(id, (now) => {
        mustBeIn(now, by);
        summons.write(id);
      });
      summons.tell(after, by);
      ringings.ringUntil(after);
      return wanted;
    },

    /**
     * Goes on with a call of two in a group of which both are members, and rings others of it. A page of version 1 can't
     * go along, and its call ends. The call there is another one, so whoever comes in sees nothing older of it.
     * @returns who is rung
     * @throws ended where one of the two isn't in it, or the group is in a call
     */
    move(id: string, by: number, conversation: number, people: number[]): number[] {
      const from = mustBeIn(store.find(id), by);
      if (from.state.name !== 'active' || store.openIn(conversation)) throw protocolError('ended');
      const coming = here(from).filter((place) => {
        const page = connections.at(place.id);
        return !page || knows(page, true);
      });
      const rung = membership
        .rungBy(conversation, by)
        .filter((user) => people.includes(user) && !placeOf(from, user));
      const summons = ringings.summonsTo(rung, by);
      const now = clock.now();
      const to = newId();
      // They come in at the same moment, in the order in which they came into the first call (store.ts).
      const ids = coming.map(newId).sort().reverse();
      const after = change(to, () => {
        const { media } = mustBeIn(store.find(id), by);
        store.insert({ id: to, conversation, startedBy: by, media, now });
        for (const [at, { user, device, session }] of coming.entries()) {
          const id = ids[at] ?? newId();
          store.take(to, { id, user, device, session, key: undefined, now }, coming.length);
        }
        if (coming.length > 1) store.answer(to, now);
        summons.write(to);
      });
      leadOver(from, after);
      background.insist(
        'ending a call that goes on in a group',
        () => {
          change(id, (left) => {
            for (const place of left ? here(left) : []) store.free(place.id, now);
          });
        },
        { call: id },
      );
      summons.tell(after, by);
      ringings.ringUntil(after);
      return rung;
    },
  };
}
