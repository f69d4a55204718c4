/** The only way a call ends: stored, shown in the conversation, sent to every page that knows of it. */
import type { ServerMessage } from '../../protocol/server.ts';
import { entryOf, memberOf, secondsOf } from './call.ts';
import type { Connection } from './connections.ts';
import type { CallContext } from './context.ts';
import { protocolError } from './protocol-error.ts';
import type { Call } from './store.ts';
import { type CallEvent, next } from './transitions.ts';

export function createEnding(context: CallContext) {
  const { store, chats, connections, offers, timers, events, clock } = context;

  /** `ended`, as one page gets it. */
  function farewell(call: Call, { user }: Connection): ServerMessage {
    const reason = call.state.name === 'ended' ? call.state.reason : 'failed';
    const key = memberOf(call, user)?.key;
    return { type: 'ended', call: call.id, ...(key && { key }), reason, seconds: secondsOf(call) };
  }

  return {
    /** Tells a page that asks for a call which is over how it ended. */
    tellEnded: (connection: Connection, call: Call): void => connection.send(farewell(call, connection)),

    /**
     * Ends a call by an event of the state machine. Nothing happens if someone else was faster.
     * @param at when it ended, if not now
     * @param by a page that is told although it has no place in the call
     */
    end(call: Call, event: CallEvent, { at = clock.now(), by }: { at?: number; by?: Connection } = {}): void {
      const state = next(call.state, event);
      if (state?.name !== 'ended') throw protocolError('out-of-turn');
      const ended: Call = { ...call, state, endedAt: at };
      const done = store.transaction(() => {
        if (!store.end(call.id, call.state.name, state.reason, at)) return false;
        chats.putCall(call.conversation, call.caller, entryOf(ended));
        return true;
      });
      if (!done) return;
      timers.drop(call.id);
      offers.drop(call.id);
      const pages = new Set([...connections.clear(call.members), ...connections.forgetTold(call.id)]);
      if (by) pages.add(by);
      for (const page of pages) page.send(farewell(ended, page));
      chats.announce(call.conversation);
      for (const { user, device } of call.members)
        if (device !== undefined) events.emit('call-place-changed', { user });
      if (call.state.name !== 'ringing') return;
      for (const { user } of call.members)
        if (user !== call.caller) events.emit('call-quiet', { call: call.id, callee: user });
    },
  };
}

export type Ending = ReturnType<typeof createEnding>;
