/**
 * A certificate in the house only, by an authority of its own. The authority is made once, and its key stays here; every
 * device is told once to trust it. A certificate for the machine is made whenever its names or addresses change, and in time.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyBaseLogger } from 'fastify';
import * as v from 'valibot';
import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';
import type { Config, Tls } from '../config.ts';
import { scriptBeside } from '../paths.ts';
import { validityOf } from './certificate.ts';
import { certificateFilesOf, houseAuthorityPath } from './certificate-files.ts';
import type { Failure } from './failure.ts';
import { type HouseNames, type HouseNetwork, houseNames } from './house-names.ts';
import { type StartJob, startJob } from './job.ts';
import { Made, type Order } from './lan-messages.ts';
import { permittedEndings } from './name-constraints.ts';
import { writePrivate } from './private-file.ts';

const WORKER = scriptBeside(import.meta, 'lan-worker');

const MINUTE = 60_000;
/** How often the machine's addresses are looked at, in ms: the router may give it another one at any time. */
const LOOK_EVERY = MINUTE;
const LONGEST_PAUSE = 60 * MINUTE;
/** ms for making a certificate: a small machine takes a few seconds. */
const PATIENCE = MINUTE;
/** It is renewed when this share of its life is left. */
const LEFT = 1 / 3;

/** What the owner's devices compare and install. */
export type HouseAuthority = {
  /** Its certificate (DER). */
  certificate: Buffer;
  /** Of the certificate, by SHA-256: "AB:CD:…". */
  fingerprint: string;
};

export type LanParts = {
  tls: Extract<Tls, { by: 'lan' }>;
  config: Pick<Config, 'tls' | 'dataDir'>;
  machine: HouseNetwork;
  clock: Clock;
  background: Background;
  log: FastifyBaseLogger;
  /** There is a new certificate. */
  renewed(): void;
  /** For tests. */
  start?: StartJob;
};

type Outcome =
  | Exclude<Made, { type: 'failed' }>
  | { type: 'failed'; trouble: Failure['trouble']; detail: string };

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';

export function createLan(parts: LanParts) {
  const { tls, config, machine, clock, background, log, renewed, start = startJob } = parts;
  const authorityPath = houseAuthorityPath(config);
  const files = certificateFilesOf(config) ?? { cert: '', key: '' };
  let known: HouseNames = { addresses: [], names: [] };
  /** Names for which the authority may not speak. */
  let refused: string[] = [];
  let failure: Failure | undefined;
  let failures = 0;
  let stopped = false;
  let cancel = () => {};
  let kill = () => {};

  /**
   * Key and certificate; undefined if there is none yet.
   * @throws {Error} if it can't be read: another one would have to be brought to every device
   */
  function authorityPem(): string | undefined {
    try {
      return readFileSync(authorityPath, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Undefined while there is none that can be read. */
  function authority(): X509Certificate | undefined {
    try {
      return new X509Certificate(readFileSync(authorityPath));
    } catch {
      return undefined;
    }
  }

  function isDue({ names, addresses }: HouseNames): boolean {
    const validity = validityOf(files);
    const issuer = authority();
    if (!validity || !issuer || !validity.isIssuedBy(issuer)) return true;
    const { from, until, covers } = validity;
    const now = clock.now();
    // Before it begins, the clock has been set back.
    if (now < from || until - now < (until - from) * LEFT) return true;
    return ![...addresses, ...names.filter((name) => !refused.includes(name))].every(covers);
  }

  async function make(order: Order): Promise<Outcome> {
    let outcome: Outcome = { type: 'failed', trouble: 'unknown', detail: 'the process ended' };
    try {
      const job = start(WORKER, order, PATIENCE, (message) => {
        const { success, output } = v.safeParse(Made, message);
        if (success) outcome = output;
      });
      kill = job.kill;
      const { isLate } = await job.ended;
      return isLate ? { type: 'failed', trouble: 'unknown', detail: 'it took too long' } : outcome;
    } catch (error) {
      return { type: 'failed', trouble: 'unknown', detail: String(error) };
    }
  }

  function failed(trouble: Failure['trouble'], detail: string): void {
    const pause = Math.min(LOOK_EVERY * 2 ** failures, LONGEST_PAUSE);
    failures += 1;
    const now = clock.now();
    failure = { trouble, detail, since: failure?.since ?? now, next: now + pause };
    const nextTry = new Date(failure.next);
    if (trouble === 'authority')
      log.error(
        { authority: authorityPath, detail, nextTry },
        'the authority of this house can not be used: bring its file back from a copy; without it every device has to trust another one',
      );
    else log.error({ detail, nextTry }, 'no certificate could be made');
  }

  function keep(made: Extract<Outcome, { type: 'made' }>, isNew: boolean): void {
    // The authority first: a certificate that nobody can trust is of no use.
    if (isNew) writePrivate(authorityPath, made.authority);
    writePrivate(files.cert, made.certificate);
    ({ refused } = made);
    if (refused.length > 0)
      log.warn(
        { names: refused, authority: authorityPath },
        "the authority of this house was made before the machine had these names, and can't speak for them",
      );
    failure = undefined;
    failures = 0;
    log.info({ names: known.names, addresses: known.addresses }, 'there is a new certificate');
    renewed();
  }

  async function renew(): Promise<void> {
    let pem: string | undefined;
    try {
      pem = authorityPem();
    } catch (error) {
      failed('authority', String(error));
      return;
    }
    // Two authorities of one house look the same in the list of a device, but for this.
    const title = `Porchlight ${machine.hostname()} ${new Date(clock.now()).toISOString().slice(0, 10)}`;
    const made = await make({
      ...known,
      title,
      now: clock.now(),
      ...(pem !== undefined && { authority: pem }),
    });
    if (stopped) return;
    if (made.type === 'failed') {
      failed(made.trouble, made.detail);
      return;
    }
    try {
      keep(made, pem === undefined);
    } catch (error) {
      failed('disk', String(error));
    }
  }

  /** An authority made by an earlier version; only the people of the house can replace it, on each device. */
  function warnOfEndings(): void {
    const read = authority();
    const endings = read ? permittedEndings(read) : [];
    if (endings.length > 0)
      log.warn(
        { endings: endings.map((name) => `.${name}`), authority: authorityPath },
        'the authority of this house may vouch for every name on the web that ends so: delete its file and restart, then have each device trust the new one and forget the old one',
      );
  }

  async function look(): Promise<void> {
    try {
      known = await houseNames(tls.host, machine);
      if (!stopped && isDue(known) && clock.now() >= (failure?.next ?? 0)) await renew();
    } finally {
      if (!stopped)
        cancel = clock.at(clock.now() + LOOK_EVERY, () =>
          background.attempt('looking after the certificate', look),
        );
    }
  }

  return {
    /** Resolves when the first certificate is there, or can't be made now. */
    async start(): Promise<void> {
      warnOfEndings();
      await look();
    },
    failure: () => failure,
    /** What the certificate is for, the one to pass on first. */
    names: (): string[] => [...known.addresses, ...known.names],
    /** Undefined while there is none. */
    authority(): HouseAuthority | undefined {
      const read = authority();
      return read && { certificate: read.raw, fingerprint: read.fingerprint256 };
    },
    stop(): void {
      stopped = true;
      cancel();
      kill();
    },
  };
}
