/** Asking the side that makes the offers for one (see negotiation.ts). */
import { generation } from './negotiation.ts';

export interface OfferRequest {
  /** Asks for an offer in place of the one with this SDP. */
  ask(unwanted: string | undefined): void;
  /** Asks once more for what hasn't come yet. */
  repeat(): void;
  /** It has come, or is of no use any more. */
  settle(): void;
}

/** @param post sends a request for an offer in place of the description with this username fragment */
export function createOfferRequest(post: (fragment: string) => void): OfferRequest {
  let unwanted: string | undefined;
  const repeat = () => {
    if (unwanted !== undefined) post(unwanted);
  };
  return {
    ask(sdp) {
      unwanted = generation(sdp);
      repeat();
    },
    repeat,
    settle() {
      unwanted = undefined;
    },
  };
}
