/**
 * Sends pushes in the background: a few at once, each again where its push service was busy or couldn't be reached. Nobody
 * waits for it, neither a request nor a call.
 */
import type { FastifyBaseLogger } from 'fastify';
import type { PushMessage } from '../../protocol/push.ts';
import type { Background } from '../background.ts';
import type { Clock } from '../clock.ts';
import type { Deliver, PushAnswer } from './delivery.ts';
import type { Urgency } from './encryption.ts';
import type { ServerKey } from './server-key.ts';
import type { Subscriber, SubscriptionStore } from './store.ts';

const AT_ONCE = 8;
/** Beyond it, what is new is dropped: some push service hasn't answered for a long time. */
const MOST_WAITING = 500;
const MOST_TRIES = 4;
/** ms until the second try; each further pause is twice as long. */
const FIRST_PAUSE = 2_000;

export type Push = {
  to: Subscriber;
  message: PushMessage;
  urgency: Urgency;
  /** Seconds after which nobody needs it any more. */
  ttl: number;
};

type Job = Push & {
  /** One at a time for a device and tag, and the newest counts. */
  key: string;
  /** When it is no longer needed, by the clock's monotonic time. */
  until: number;
  tries: number;
};

/** There was no answer. */
type Failure = { error: unknown };

export type SenderParts = {
  subscriptions: Pick<SubscriptionStore, 'removeEndpoint'>;
  serverKey: ServerKey;
  /** Who push services can turn to, as an address. */
  subject: string;
  deliver: Deliver;
  clock: Clock;
  background: Background;
  log: Pick<FastifyBaseLogger, 'warn'>;
};

export function createSender(parts: SenderParts) {
  const { subscriptions, serverKey: key, subject, deliver, clock, background, log } = parts;
  /** In the order in which they came. */
  const waiting = new Map<string, Job>();
  /** Of those, the ones whose next try isn't due; what takes it back. */
  const pauses = new Map<string, () => void>();
  const busy = new Set<string>();
  let stopped = false;

  function begin(): void {
    for (const job of waiting.values()) {
      if (busy.size >= AT_ONCE) return;
      if (pauses.has(job.key) || busy.has(job.key)) continue;
      waiting.delete(job.key);
      busy.add(job.key);
      background.attempt('sending a push', () => run(job));
    }
  }

  async function run(job: Job): Promise<void> {
    try {
      const answer = await attempt(job);
      if (!stopped) settle(job, answer);
    } finally {
      busy.delete(job.key);
      begin();
    }
  }

  async function attempt({ to, message, urgency, until }: Job): Promise<PushAnswer | Failure> {
    const ttl = Math.max(0, Math.round((until - clock.monotonic()) / 1000));
    const { encryptedRequest } = await import('./encryption.ts');
    const sent = encryptedRequest(to, message, { key, subject, ttl, urgency });
    try {
      return await deliver(sent);
    } catch (error) {
      return { error };
    }
  }

  function settle(job: Job, answer: PushAnswer | Failure): void {
    const { host } = new URL(job.to.endpoint);
    if ('error' in answer) {
      if (!isRetried(job)) log.warn({ err: answer.error, host }, 'a push service was not reached');
      return;
    }
    const { status, retryAfter } = answer;
    if (status >= 200 && status < 300) return;
    // The browser has given it up, or its person has taken the permission away.
    if (status === 404 || status === 410) subscriptions.removeEndpoint(job.to.endpoint);
    else if ((status !== 429 && status < 500) || !isRetried(job, retryAfter))
      log.warn({ status, host }, 'a push service refused a push');
  }

  /**
   * Whether it is tried again, or something newer in its place: not where nobody would need it by then.
   * @param retryAfter seconds
   */
  function isRetried(job: Job, retryAfter?: number): boolean {
    if (waiting.has(job.key)) return true;
    const tries = job.tries + 1;
    const pause = retryAfter === undefined ? FIRST_PAUSE * 2 ** job.tries : retryAfter * 1000;
    if (tries >= MOST_TRIES || clock.monotonic() + pause >= job.until) return false;
    waiting.set(job.key, { ...job, tries });
    const takeBack = clock.at(clock.now() + pause, () => {
      pauses.delete(job.key);
      begin();
    });
    pauses.set(job.key, takeBack);
    return true;
  }

  function forget(key: string): void {
    pauses.get(key)?.();
    pauses.delete(key);
    waiting.delete(key);
  }

  return {
    /** Sends it soon, in place of what is waiting for this device under the same tag. */
    send(push: Push): void {
      if (stopped) return;
      const key = `${push.to.session} ${push.message.tag}`;
      forget(key);
      if (waiting.size >= MOST_WAITING) {
        log.warn({ waiting: waiting.size }, 'a push was dropped: too many are waiting');
        return;
      }
      waiting.set(key, { ...push, key, until: clock.monotonic() + push.ttl * 1000, tries: 0 });
      begin();
    },

    /** Drops what is waiting. */
    stop(): void {
      stopped = true;
      for (const key of [...waiting.keys()]) forget(key);
    },
  };
}

export type Sender = ReturnType<typeof createSender>;
