/**
 * Sends pushes in the background: a few at once, each again where its push service was busy or couldn't be reached. Nobody
 * waits for it, neither a request nor a call; and nobody for somebody else's push service.
 */
import type { FastifyBaseLogger } from 'fastify';
import type { PushMessage } from '../../protocol/push.ts';
import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';
import type { Deliver, PushAnswer } from './delivery.ts';
import type { Urgency } from './encryption.ts';
import type { ServerKey } from './server-key.ts';
import type { Subscriber, SubscriptionStore } from './store.ts';

/** With three of the four services that browsers have silent, the fourth still gets as many as ever. */
const AT_ONCE = 12;
/** To one host: a service that doesn't answer must not hold up what goes to others. */
const AT_ONCE_TO_HOST = 3;
/** To the devices of one person, who may name ten hosts that never answer. */
const AT_ONCE_TO_PERSON = 3;
/** Fewer than to a person, whose other devices are to ring as well. */
const AT_ONCE_TO_DEVICE = 2;
/** Beyond it, the oldest that isn't urgent is dropped: some push service hasn't answered for a long time. */
const MOST_WAITING = 500;
const MOST_TRIES = 4;
/** ms. A service that wants to be left alone for longer isn't asked again: who knows who holds the device by then. */
const LONGEST_PAUSE = 60 * 60 * 1000;
/** ms until the second try; each further pause is twice as long. */
const FIRST_PAUSE = 2_000;

export type Push = {
  to: Subscriber;
  /** Whose device it is. */
  user: number;
  message: PushMessage;
  urgency: Urgency;
  /** Seconds after which nobody needs it any more. */
  ttl: number;
};

type Job = Push & {
  /** One at a time for a device and tag, and the newest counts. */
  key: string;
  /** Of the push service. */
  host: string;
  /** When it is no longer needed, by the clock's monotonic time. */
  until: number;
  tries: number;
};

/** There was no answer; or nothing was sent, as the device is no longer to be told anything. */
type Failure = { error: unknown } | 'ended';

export type SenderParts = {
  subscriptions: Pick<SubscriptionStore, 'ofOpenSession' | 'removeEndpoint'>;
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
  const busy = new Map<string, Job>();
  let stopped = false;

  function mayGo({ key, host, user, to }: Job): boolean {
    if (pauses.has(key) || busy.has(key)) return false;
    let [toHost, toPerson, toDevice] = [0, 0, 0];
    for (const other of busy.values()) {
      if (other.host === host) toHost += 1;
      if (other.user === user) toPerson += 1;
      if (other.to.session === to.session) toDevice += 1;
    }
    return toHost < AT_ONCE_TO_HOST && toPerson < AT_ONCE_TO_PERSON && toDevice < AT_ONCE_TO_DEVICE;
  }

  function begin(): void {
    for (const wanted of ['high', 'normal'] satisfies Urgency[])
      for (const job of waiting.values()) {
        if (busy.size >= AT_ONCE) return;
        if (job.urgency !== wanted || !mayGo(job)) continue;
        waiting.delete(job.key);
        busy.set(job.key, job);
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
    const { encryptedRequest } = await import('./encryption.ts');
    // It may have waited for long: meanwhile somebody may have signed out, or somebody else signed in.
    const now = subscriptions.ofOpenSession(to.session, clock.now());
    if (now?.endpoint !== to.endpoint) return 'ended';
    const isHidden = message.kind === 'message' && !now.showsText;
    const ttl = Math.max(0, Math.round((until - clock.monotonic()) / 1000));
    const shown = isHidden ? { ...message, body: '' } : message;
    const sent = encryptedRequest(now, shown, { key, subject, ttl, urgency });
    try {
      return await deliver(sent);
    } catch (error) {
      return { error };
    }
  }

  function settle(job: Job, answer: PushAnswer | Failure): void {
    if (answer === 'ended') return;
    const { host } = job;
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
    if (tries >= MOST_TRIES || pause > LONGEST_PAUSE || clock.monotonic() + pause >= job.until) return false;
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

  /** Puts one among those that wait. */
  function queue(job: Job): void {
    pauses.get(job.key)?.();
    pauses.delete(job.key);
    const isFull = waiting.size >= MOST_WAITING && !waiting.has(job.key);
    const oldest = isFull && [...waiting.values()].find(({ urgency }) => urgency === 'normal');
    if (isFull) log.warn({ waiting: waiting.size }, 'a push was dropped: too many are waiting');
    if (oldest) forget(oldest.key);
    // What takes another's place takes its turn: rings that come faster than they are sent would wait for ever.
    if (oldest || !isFull) waiting.set(job.key, job);
  }

  return {
    /** Sends it soon, in place of what is waiting for this device under the same tag. */
    send(push: Push): void {
      if (stopped) return;
      const { host } = new URL(push.to.endpoint);
      const until = clock.monotonic() + push.ttl * 1000;
      queue({ ...push, key: `${push.to.session} ${push.message.tag}`, host, until, tries: 0 });
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
