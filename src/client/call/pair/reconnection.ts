/** When a connection that is gone, or doesn't come, is tried again: ICE restarts first, then a new connection. */

const DISCONNECTED_MS = 2000;
const FIRST_CONNECT_MS = 10_000;
const RETRY_MS = 8000;
/** Every other attempt takes a new connection: more may be lost than the way, and Firefox doesn't mend a failed one. */
const REPLACE_EACH = 2;
const BROKEN_MS = 1000;

export interface Reconnection {
  /** To be told of every change of the connection's state. */
  state(state: RTCPeerConnectionState): void;
  /** Another connection took the place of the one that was watched, as one more attempt. */
  replaced(): void;
  /** The other side begins anew: what was tried before, and what was still to be tried, was about another connection. */
  reset(): void;
  /** Descriptions are on their way; from now on a connection is expected. */
  begin(): void;
  /** The way to the other side is open again: what was going to be tried is worth trying now. */
  nudge(): void;
  /** The connection refuses what it was given: soon there is to be another one. */
  broken(): void;
  stop(): void;
}

export interface ReconnectionActions {
  lost(): void;
  restart(): void;
  replace(): void;
}

export function createReconnection(actions: ReconnectionActions): Reconnection {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let current: RTCPeerConnectionState = 'new';

  function arm(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  }

  function disarm(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function act(): void {
    attempts += 1;
    actions.lost();
    arm(RETRY_MS);
    if (attempts % REPLACE_EACH === 0) actions.replace();
    else actions.restart();
  }

  return {
    state(state) {
      const before = current;
      current = state;
      if (state === 'connected') {
        attempts = 0;
        disarm();
      } else if (state === 'closed') disarm();
      else if (state === 'disconnected' && before === 'connected') arm(DISCONNECTED_MS);
      else if (state === 'failed') {
        // Later failures wait for the next try: without any network each fails at once.
        if (attempts === 0) act();
      } else if (timer === undefined) arm(RETRY_MS);
    },
    replaced() {
      current = 'new';
    },
    reset() {
      disarm();
      attempts = 0;
      current = 'new';
    },
    begin() {
      if (current !== 'connected' && timer === undefined) arm(FIRST_CONNECT_MS);
    },
    nudge() {
      if (current === 'failed' || current === 'disconnected') act();
    },
    broken() {
      attempts = REPLACE_EACH - 1;
      arm(BROKEN_MS);
    },
    stop: disarm,
  };
}
