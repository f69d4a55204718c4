/** The signalling path to the other side that goes through the server. */
import type { ClientMessage } from '../../../protocol/client.ts';
import type { Candidate, Description } from '../../../protocol/common.ts';

/** To whom something goes; without `to`, the server keeps it for whoever accepts the call. */
export interface Address {
  call: string;
  to?: string;
}

/**
 * @param send sends now or not at all, and says which
 * @param address undefined while nothing may be sent
 */
export function createServerPath(
  send: (message: ClientMessage) => boolean,
  address: () => Address | undefined,
) {
  const post = (make: (to: Address) => ClientMessage): boolean => {
    const to = address();
    return to !== undefined && send(make(to));
  };
  return {
    description: (description: Description) => post((to) => ({ type: 'description', ...to, description })),
    candidates: (candidates: Candidate[]) => post((to) => ({ type: 'candidates', ...to, candidates })),
    requestOffer: (fragment: string) => post((to) => ({ type: 'request-offer', ...to, fragment })),
  };
}
