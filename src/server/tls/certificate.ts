/** The certificate for https. It is renewed by other programs, so its files are watched. */
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../clock.ts';

export type CertificateFiles = { cert: string; key: string };

/** How often the files are looked at, in ms. File systems of containers and networks don't announce changes. */
const LOOK_EVERY = 60_000;

export const readCertificate = ({ cert, key }: CertificateFiles): SecureContextOptions => ({
  cert: readFileSync(cert),
  key: readFileSync(key),
});

/** What changes when a file is written or replaced; a link is followed. */
function stateOf(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return 'away';
  }
}

/**
 * Whenever the files have changed, serves new connections with them. Open connections continue.
 * If they can't be used, as while only one of the two has been written, the old certificate stays.
 * @returns ends it
 */
export function watchCertificate(
  server: Server,
  files: CertificateFiles,
  clock: Clock,
  log: FastifyBaseLogger,
): () => void {
  const state = () => `${stateOf(files.cert)}, ${stateOf(files.key)}`;
  let served = state();
  let refused = '';
  let cancel = () => {};

  function look(): void {
    const now = state();
    if (now === served || now === refused) return;
    try {
      const certificate = readCertificate(files);
      // Throws where the two don't belong together, before anything is changed.
      createSecureContext(certificate);
      server.setSecureContext(certificate);
      served = now;
      log.info({ cert: files.cert }, 'serving a new certificate');
    } catch (error) {
      refused = now;
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
  return () => cancel();
}
