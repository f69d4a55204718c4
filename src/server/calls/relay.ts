/** Relays descriptions and candidates between those who are in a call, and provides ICE servers. */
import type { ClientMessage } from '../../protocol/client.ts';
import { here, othersIn, placeOf } from './call.ts';
import type { Connection } from './connections.ts';
import { type CallContext, ownCall } from './context.ts';
import { iceFor } from './ice.ts';
import { protocolError } from './protocol-error.ts';
import type { Call, Place } from './store.ts';

type Relayed = ClientMessage & { type: 'description' | 'candidates' | 'request-offer' };

export function createRelay(context: CallContext) {
  const { connections, offers, clock, iceServers } = context;

  /** While it is ringing for two, only the caller may send something, and the server keeps it until someone accepts. */
  function keep(call: Call, message: Relayed) {
    if (message.to !== undefined || call.isGroup) throw protocolError('out-of-turn');
    if (message.type === 'candidates') return offers.add(call.id, message.candidates);
    if (message.type === 'request-offer' || message.description.type !== 'offer')
      throw protocolError('out-of-turn');
    offers.put(call.id, message.description);
  }

  function target(call: Call, me: Place, to: string | undefined): Place {
    // Without `to` it was sent while ringing, and has crossed the accept.
    const found =
      to === undefined && !call.isGroup ? othersIn(call, me)[0] : here(call).find(({ id }) => id === to);
    if (!found || found.id === me.id) throw protocolError('not-found');
    return found;
  }

  return {
    /**
     * Anything for somebody whose socket is down is dropped: the sender is told when it is back, and repeats what has
     * no answer.
     * @throws ended, or out-of-turn where this page has no place in the call
     */
    relay(connection: Connection, message: Relayed) {
      const call = ownCall(context, connection, message.call);
      if (call.state.name === 'ended') throw protocolError('ended');
      const me = placeOf(call, connection.user);
      if (!me || connections.at(me.id) !== connection) throw protocolError('out-of-turn');
      if (call.state.name === 'ringing') return keep(call, message);
      const other = connections.at(target(call, me, message.to).id);
      const from = { call: call.id, from: me.id };
      if (message.type === 'candidates')
        other?.send({ type: 'candidates', ...from, candidates: message.candidates });
      else if (message.type === 'request-offer')
        other?.send({ type: 'request-offer', ...from, fragment: message.fragment });
      else {
        // The first round is over: a repeated `joined` must not bring back an old offer.
        offers.drop(call.id);
        other?.send({ type: 'description', ...from, description: message.description });
      }
    },

    ice(connection: Connection, { call: id }: { call: string }) {
      const call = ownCall(context, connection, id);
      if (call.state.name === 'ended') throw protocolError('ended');
      const ice = iceFor(iceServers(connection.host), connection.user, clock.now());
      connection.send({ type: 'ice', call: id, ice });
    },
  };
}
