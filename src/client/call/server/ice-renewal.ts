/** Fresh ICE servers from the server: on demand, and before the credentials of the old ones run out. */
import type { IceConfiguration } from '../../../protocol/common.ts';

/** A server that doesn't answer by then is away, and the old ICE servers must do. */
const ANSWER_MS = 1500;
const BEFORE_EXPIRY_MS = 60_000;
const SHORTEST_MS = 30_000;
/** The longest that setTimeout can wait. */
const LONGEST_MS = 2 ** 31 - 1;

export interface IceRenewal {
  /** Asks the server; undefined if it can't be reached. */
  request(): Promise<IceConfiguration | undefined>;
  received(ice: IceConfiguration): void;
  /** To be called when they are received: that is when their lifetime begins. */
  schedule(ice: IceConfiguration): void;
  stop(): void;
}

/**
 * @param ask sends the question, and says whether it could
 * @param expiring is called a minute before the ICE servers in use run out
 */
export function createIceRenewal(ask: () => boolean, expiring: () => void): IceRenewal {
  let waiting: ((ice: IceConfiguration | undefined) => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function schedule({ lifetime }: IceConfiguration): void {
    clearTimeout(timer);
    if (lifetime === undefined) return;
    const wait = Math.max(lifetime * 1000 - BEFORE_EXPIRY_MS, SHORTEST_MS);
    timer = setTimeout(expiring, Math.min(wait, LONGEST_MS));
  }

  function settle(ice: IceConfiguration | undefined): void {
    const asked = waiting;
    waiting = [];
    for (const resolve of asked) resolve(ice);
  }

  return {
    request() {
      if (!ask()) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiting.push(resolve);
        setTimeout(() => resolve(undefined), ANSWER_MS);
      });
    },
    received(ice) {
      schedule(ice);
      settle(ice);
    },
    schedule,
    stop() {
      clearTimeout(timer);
      settle(undefined);
    },
  };
}
