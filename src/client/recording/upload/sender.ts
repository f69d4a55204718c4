/**
 * Sends a recording while it is made, and what is left of it afterwards. Whatever happens, the server's
 * own count of bytes says where to continue, and nothing is removed from this device before the server has it on disk.
 */
import { retryDelay } from '../../common/backoff.ts';
import type { Answer, Refused, Requests } from './requests.ts';
import type { Spool } from './spool.ts';

/** Bytes of a request: small enough to arrive on poor Wi-Fi, large enough for a backlog to go quickly. */
const MOST = 256 * 1024;
/** Any proxy lets smaller ones than this through. */
const LEAST = 16 * 1024;
/** Full disks and used-up storage don't recover in seconds. */
const REFUSED_MS = 15_000;
const BUSY_MS = 1000;
/** How often bytes that can't be read are retried before they count as lost. */
const READS = 3;

export type SenderState =
  /** Everything there is has arrived, or is about to. */
  | { name: 'sending' }
  /** The network or the server is away. */
  | { name: 'away' }
  /** The server doesn't take more for now, and said why. */
  | { name: 'refused'; status: number; message: string }
  /** Some of it is lost on this device. It ends there, and what came before is sent. */
  | { name: 'cut' }
  /** All of it is there, and its end was said. */
  | { name: 'done' }
  /** It was deleted on the server, or is taken no more. */
  | { name: 'gone'; message: string };

export interface Sender {
  /** There is something new. */
  nudge(): void;
  /** Tries now, whatever it waits for. */
  hurry(): void;
  /** How many bytes the server has. */
  sent(): number;
  stop(): void;
}

/** `again` right away, as there was progress; `retry` later if there wasn't, so as not to keep device and server busy. */
type Next = 'again' | 'retry' | 'idle' | { wait: number } | 'over';

/** @param changed is called each time there is progress, or an obstacle */
export function createSender(
  spool: Spool,
  requests: Requests,
  changed: (state: SenderState) => void,
): Sender {
  let offset: number | undefined;
  let most = MOST;
  let attempts = 0;
  let misses = 0;
  let reads = 0;
  let running = false;
  let again = false;
  let stopped = false;
  let wake = () => {};

  /** What to do about everything but a good answer. */
  function settle(answer: Exclude<Answer<unknown>, { good: unknown }>): Next {
    if (stopped) return 'over';
    if ('away' in answer) {
      if (answer.tooLarge && most > LEAST) {
        most /= 2;
        return 'retry';
      }
      changed({ name: 'away' });
      return { wait: retryDelay(attempts++, Math.random()) };
    }
    return about(answer.refused);
  }

  function about({ status, message }: Refused): Next {
    switch (status) {
      case 404:
        // The server drops what has no byte yet; what has some was deleted.
        if (spool.label().arrived || spool.label().uploadUrl === undefined) return gone(message);
        spool.relabel({ uploadUrl: undefined });
        return 'retry';
      case 410:
        return gone(message);
      case 409:
        offset = undefined;
        return 'retry';
      case 423:
        return { wait: BUSY_MS };
      default:
        changed({ name: 'refused', status, message });
        return { wait: REFUSED_MS };
    }
  }

  function gone(message: string): Next {
    changed({ name: 'gone', message });
    return 'over';
  }

  async function step(): Promise<Next> {
    const { uploadUrl, length } = spool.label();
    if (uploadUrl === undefined) {
      const answer = await requests.create(spool.label());
      if (!('good' in answer)) return settle(answer);
      spool.relabel({ uploadUrl: answer.good.uploadUrl });
      offset = 0;
      return 'again';
    }
    if (offset === undefined) {
      const answer = await requests.offset(uploadUrl);
      if (!('good' in answer)) return settle(answer);
      offset = answer.good;
    }
    // A server restored from a backup lacks what has been removed from this device since.
    if (offset < spool.start()) return gone('');
    const bytes = spool.read(offset, most);
    if (bytes.length === 0 && offset < spool.end()) return lost(offset);
    reads = 0;
    if (bytes.length === 0 && length === undefined) return 'idle';
    const end = offset + bytes.length;
    // Sent with the last bytes: until then it may still turn out to be shorter.
    const whole = length !== undefined && end >= length ? end : undefined;
    const answer = await requests.patch({ uploadUrl, offset, bytes, length: whole });
    if (!('good' in answer)) return settle(answer);
    attempts = 0;
    const isFurther = answer.good > offset;
    offset = answer.good;
    if (offset > 0 && !spool.label().arrived) spool.relabel({ arrived: true });
    await release(offset);
    if (stopped) return 'over';
    const isDone = whole !== undefined && offset >= whole;
    changed({ name: isDone ? 'done' : 'sending' });
    if (isDone) return 'over';
    return isFurther ? 'again' : 'retry';
  }

  /** The next bytes are missing. */
  function lost(at: number): Next {
    reads += 1;
    if (reads < READS) return { wait: BUSY_MS };
    spool.cut(at);
    if (spool.label().length !== undefined) spool.relabel({ length: at });
    changed({ name: 'cut' });
    return 'retry';
  }

  /** Space that isn't freed now is freed when the next bytes arrive. */
  async function release(before: number): Promise<void> {
    try {
      await spool.release(before);
    } catch (error) {
      console.warn('What has arrived of a recording could not be removed.', error);
    }
  }

  async function turn(): Promise<Next> {
    try {
      return await step();
    } catch (error) {
      console.error('A recording could not be sent.', error);
      return 'retry';
    }
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    while (!stopped) {
      again = false;
      const next = await turn();
      if (next === 'again') misses = 0;
      if (next === 'over') stopped = true;
      else if (next === 'idle' && !again) break;
      else if (next === 'retry') await pause(retryDelay(misses++, Math.random()));
      else if (typeof next === 'object') await pause(next.wait);
    }
    running = false;
  }

  /** So many ms, or until there is a reason to try sooner. */
  async function pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms);
    });
    wake = () => {};
  }

  globalThis.addEventListener?.('online', () => wake());

  return {
    nudge() {
      again = true;
      void run();
    },
    hurry() {
      again = true;
      wake();
      void run();
    },
    sent: () => offset ?? spool.start(),
    stop() {
      stopped = true;
      wake();
    },
  };
}
