/**
 * Sends the texts of one chat: one at a time, in their order, and each again until there is an answer to it. A refused one
 * stops none.
 *
 *     idle --woken--> sending --answered--> sending, or idle when none waits
 *                     sending --unanswered--> pausing --over, or woken--> sending
 */
import { retryDelay } from '../common/backoff.ts';
import type { Unsent } from '../common/unsent.ts';

export type Answer =
  | { is: 'sent'; html: string }
  /** It is of no use to send the same again. `why` is a sentence; `renew` if its key stands for another text. */
  | { is: 'refused'; why: string; renew: boolean }
  /** `why` is a sentence as well, empty if nobody said one, and undefined where there is nothing to be said. */
  | { is: 'unanswered'; why: string | undefined };

/** What became of a turn: undefined where nothing waits. */
export type Turn = Answer | 'let go' | undefined;

interface LaneParts {
  /** The first that waits. */
  next(): Unsent | undefined;
  /** Never rejects. */
  post(text: Unsent, signal: AbortSignal): Promise<Answer>;
  /** There is nothing left to do for it. Not called for one that was let go meanwhile. */
  answered(text: Unsent, answer: Answer): Promise<void> | void;
  /** Says that nothing goes out for now, and why; undefined when something went out. */
  stuck(why: string | undefined): void;
  /** Does something while no other tab does the same. */
  inTurn(work: () => Promise<Turn>): Promise<Turn>;
  /** In ms. */
  clock: { now(): number; pause(ms: number): { over: Promise<void>; cut(): void } };
}

export interface Lane {
  /** Something was added, or there may be a connection again. */
  wake(): void;
  /** It is sent no more: it has arrived, or is being changed. */
  letGo(key: string): void;
}

/** ms without an answer after which it is said; until then most lines have come back. */
const PATIENCE = 5000;
/** ms between attempts from then on. Most of the time something else wakes it before. */
const SELDOM = 15_000;

export function createLane({ next, post, answered, stuck, inTurn, clock }: LaneParts): Lane {
  let isRunning = false;
  let isWoken = false;
  let current: { key: string; abort: AbortController } | undefined;
  let cutPause = () => {};

  async function sendFirst(): Promise<Turn> {
    isWoken = false;
    const text = next();
    if (!text) return undefined;
    const abort = new AbortController();
    current = { key: text.key, abort };
    const answer = await post(text, abort.signal);
    current = undefined;
    if (abort.signal.aborted) return 'let go';
    if (answer.is !== 'unanswered') await answered(text, answer);
    return answer;
  }

  async function run(): Promise<void> {
    let tries = 0;
    let since = clock.now();
    for (;;) {
      const answer = await inTurn(sendFirst);
      if (answer === undefined && !isWoken) {
        // In the same turn, or what wakes it now would be lost.
        isRunning = false;
        return;
      }
      if (answer === undefined || answer === 'let go' || answer.is !== 'unanswered') {
        if (answer && answer !== 'let go') stuck(undefined);
        tries = 0;
        since = clock.now();
        continue;
      }
      const isLong = clock.now() - since >= PATIENCE;
      if (isLong) stuck(answer.why);
      const pause = clock.pause(isLong ? SELDOM : retryDelay(tries, Math.random()));
      tries += 1;
      cutPause = () => {
        tries = 0;
        since = clock.now();
        pause.cut();
      };
      await pause.over;
      cutPause = () => {};
    }
  }

  return {
    wake() {
      isWoken = true;
      cutPause();
      if (isRunning) return;
      isRunning = true;
      void run();
    },
    letGo(key) {
      if (current?.key === key) current.abort.abort();
    },
  };
}
