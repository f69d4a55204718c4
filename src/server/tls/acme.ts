/** Gets a certificate from an authority, and a new one in time. A process of its own talks to it, whenever that is due. */
import { readFileSync } from 'node:fs';
import type { FastifyBaseLogger } from 'fastify';
import * as v from 'valibot';
import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';
import type { Config, Tls } from '../config.ts';
import { scriptBeside } from '../paths.ts';
import { type Account, type AcmeTrouble, type Order, parseAccount, Report } from './acme-messages.ts';
import { validityOf } from './certificate.ts';
import { accountPath, certificateFilesOf } from './certificate-files.ts';
import type { Failure } from './failure.ts';
import { type StartJob, startJob } from './job.ts';
import { writePrivate } from './private-file.ts';

const WORKER = scriptBeside(import.meta, 'acme-worker');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** ms for one order: an authority that is busy takes a minute or two. */
const PATIENCE = 5 * MINUTE;
/** ms until it is tried again, doubled each time: authorities allow five failures an hour. */
const FIRST_PAUSE = 15 * MINUTE;
const LONGEST_PAUSE = 12 * HOUR;
/** ms: an authority that isn't there has counted nothing. */
const AWAY_PAUSE = 2 * MINUTE;
/** A certificate is renewed when this share of its life is left. */
const LEFT = 1 / 3;

type Outcome = Extract<Report, { type: 'certificate' | 'failed' }>;

/** What to do, for whoever reads the log. The owner's page says it in their language. */
const ADVICE: Record<AcmeTrouble, (name: string) => string> = {
  away: () =>
    'the certificate authority could not be reached: check the connection, and ACME_DIRECTORY if it is set',
  clock: () => 'the clock of this machine is wrong, so the authority cannot be verified: set the clock',
  dns: (name) => `the name ${name} is not known on the internet: point its A or AAAA record at this house`,
  unreachable: (name) =>
    `nothing answers on port 80 of ${name}: have the router forward ports 80 and 443 to this machine`,
  elsewhere: (name) =>
    `something else answers on port 80 of ${name}: point the name and the router at this server`,
  'rate-limited': (name) => `too many certificates have been requested for ${name}: all you can do is wait`,
  forbidden: (name) =>
    `the authority will not issue a certificate for ${name}: check its CAA record, or choose another name`,
  disk: () => 'the certificate could not be saved: check the disk',
  unknown: () => 'the authority did not issue a certificate',
};

export type AcmeParts = {
  tls: Extract<Tls, { by: 'acme' }>;
  config: Pick<Config, 'tls' | 'dataDir'>;
  clock: Clock;
  background: Background;
  log: FastifyBaseLogger;
  /** By token, what the authority wants to read on port 80. */
  answers: Map<string, string>;
  /** There is a new certificate. */
  renewed(): void;
  /** For tests. */
  start?: StartJob;
};

export function createAcme(parts: AcmeParts) {
  const { tls, config, clock, background, log, answers, renewed, start = startJob } = parts;
  const account = accountPath(config);
  const files = certificateFilesOf(config) ?? { cert: '', key: '' };
  let failure: Failure | undefined;
  let failures = 0;
  let stopped = false;
  let cancel = () => {};
  let kill = () => {};

  /** One that can't be read is like none: another is made. */
  function knownAccount(): Account | undefined {
    try {
      return parseAccount(readFileSync(account, 'utf8'));
    } catch {
      return undefined;
    }
  }

  /** Has the process do it. Its answers are kept as they come. */
  async function order(wanted: Order): Promise<Outcome> {
    const tokens: string[] = [];
    let outcome: Outcome = { type: 'failed', trouble: 'unknown', detail: 'the process ended' };
    const job = start(WORKER, wanted, PATIENCE, (message, answer) => {
      const { success, output } = v.safeParse(Report, message);
      if (!success) return;
      if (output.type === 'account')
        background.attempt('keeping the account at the authority', () =>
          writePrivate(account, JSON.stringify(output.account)),
        );
      else if (output.type === 'challenge') {
        tokens.push(output.token);
        answers.set(output.token, output.answer);
        answer('heard');
      } else outcome = output;
    });
    kill = job.kill;
    const { isLate } = await job.ended;
    for (const token of tokens) answers.delete(token);
    return isLate ? { type: 'failed', trouble: 'away', detail: 'it took too long' } : outcome;
  }

  function again(after: number): void {
    if (!stopped) cancel = clock.at(clock.now() + after, look);
  }

  function failed({ trouble, detail, retryAfter = 0 }: Extract<Report, { type: 'failed' }>): void {
    const doubled = Math.min((trouble === 'away' ? AWAY_PAUSE : FIRST_PAUSE) * 2 ** failures, LONGEST_PAUSE);
    const pause = Math.max(doubled, Math.min(retryAfter * 1000, DAY));
    failures += 1;
    const now = clock.now();
    failure = { trouble, detail, since: failure?.since ?? now, next: now + pause };
    log.error({ name: tls.name, detail, nextTry: new Date(failure.next) }, ADVICE[trouble](tls.name));
    again(pause);
  }

  function keep(pem: string): void {
    try {
      writePrivate(files.cert, pem);
    } catch (error) {
      failed({ type: 'failed', trouble: 'disk', detail: String(error) });
      return;
    }
    const validity = validityOf(files);
    if (!validity?.covers(tls.name) || validity.until <= clock.now()) {
      failed({
        type: 'failed',
        trouble: 'unknown',
        detail: 'the certificate is for another name, or has expired',
      });
      return;
    }
    failure = undefined;
    failures = 0;
    log.info({ name: tls.name }, 'there is a new certificate');
    renewed();
    // One that is due at once, as where the two clocks differ, isn't asked for again and again.
    again(Math.max(HOUR, Math.min(untilDue(), DAY)));
  }

  async function renew(): Promise<void> {
    const { name, directory, email } = tls;
    log.info({ name, directory }, 'asking for a certificate');
    try {
      const outcome = await order({ name, directory, email, account: knownAccount() });
      if (stopped) return;
      if (outcome.type === 'certificate') keep(outcome.pem);
      else failed(outcome);
    } catch (error) {
      // Whatever it is: nothing else would ever ask again.
      if (!stopped) failed({ type: 'failed', trouble: 'unknown', detail: String(error) });
    }
  }

  /** ms until another certificate is needed; none are left where there is none for the name. */
  function untilDue(): number {
    const validity = validityOf(files);
    if (!validity?.covers(tls.name)) return 0;
    const { from, until } = validity;
    return until - (until - from) * LEFT - clock.now();
  }

  /** Daily, because somebody may have removed the file, or set the clock. */
  function look(): void {
    const left = untilDue();
    if (left > 0) again(Math.min(left, DAY));
    else background.attempt('getting a certificate', renew, { name: tls.name });
  }

  return {
    /** To be called when port 80 is open. */
    start: look,
    failure: () => failure,
    stop(): void {
      stopped = true;
      cancel();
      kill();
    },
  };
}
