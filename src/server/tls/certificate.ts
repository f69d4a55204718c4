/** The certificate for https. It is renewed while the server runs, so its files are watched. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../clock.ts';
import type { CertificateFiles } from './certificate-files.ts';

/** How often the files are looked at, in ms. File systems of containers and networks don't announce changes. */
const LOOK_EVERY = 60_000;

export const readCertificate = ({ cert, key }: CertificateFiles): SecureContextOptions => ({
  cert: readFileSync(cert),
  key: readFileSync(key),
});

/** When it is valid, in ms since 1970, for whom, and by whom. */
export type Validity = {
  from: number;
  until: number;
  /** @param host a name or an address */
  covers(host: string): boolean;
  isIssuedBy(authority: X509Certificate): boolean;
};

/** Undefined where there is no certificate, or none that can be read. */
export function validityOf({ cert }: Pick<CertificateFiles, 'cert'>): Validity | undefined {
  try {
    const read = new X509Certificate(readFileSync(cert));
    const [from, until] = [Date.parse(read.validFrom), Date.parse(read.validTo)];
    return {
      from,
      until,
      covers: (host) => (isIP(host) === 0 ? read.checkHost(host) : read.checkIP(host)) !== undefined,
      isIssuedBy: (authority) => read.checkIssued(authority),
    };
  } catch {
    return undefined;
  }
}

/** What changes when a file is written or replaced; a link is followed. */
export function stateOf(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return 'away';
  }
}

export type CertificateWatch = {
  /** Looks whether the files have changed, now. */
  look(): void;
  stop(): void;
};

/**
 * Whenever the files have changed, serves new connections with them. Open connections continue.
 * If they can't be used, as while only one of the two has been written, the old certificate stays.
 * @param read as they were read at first
 * @param renewed called once they are served
 */
export function watchCertificate(
  server: Server,
  files: CertificateFiles,
  read: typeof readCertificate,
  clock: Clock,
  log: FastifyBaseLogger,
  renewed: () => void,
): CertificateWatch {
  const state = () => `${stateOf(files.cert)}, ${stateOf(files.key)}`;
  let served = state();
  let refused = '';
  let cancel = () => {};

  function look(): void {
    const now = state();
    // A key that was refused for its rights may have been given others.
    const tried = `${now} ${statSync(files.key, { throwIfNoEntry: false })?.mode}`;
    if (now === served || tried === refused) return;
    try {
      const certificate = read(files);
      // Throws where the two don't belong together, before anything is changed.
      createSecureContext(certificate);
      server.setSecureContext(certificate);
      served = now;
      log.info({ cert: files.cert }, 'serving a new certificate');
      renewed();
    } catch (error) {
      refused = tried;
      log.error({ err: error, cert: files.cert }, 'the new certificate is of no use; the old one is served');
    }
  }

  function wait(): void {
    cancel = clock.at(clock.now() + LOOK_EVERY, () => {
      look();
      wait();
    });
  }
  wait();
  return { look, stop: () => cancel() };
}
