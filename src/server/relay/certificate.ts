/** The certificate that the relay is given: that of the server's own https. */
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { readCertificate, stateOf } from '../tls/certificate.ts';
import type { CertificateFiles } from '../tls/certificate-files.ts';

/** `state` is another one once the files have changed. */
export type Certificate = CertificateFiles & { state: string };

/**
 * What is on the disk now. While that is of no use, as when the first one is awaited or only one of two files has been
 * written, it is the one known before, if any.
 */
export function currentCertificate(
  files: CertificateFiles | undefined,
  known: Certificate | undefined,
): Certificate | undefined {
  if (!files) return undefined;
  const state = `${stateOf(files.cert)}, ${stateOf(files.key)}`;
  if (state === known?.state) return known;
  try {
    // Throws where the two don't belong together.
    createSecureContext(readCertificate(files));
    // Coturn works in a folder of its own.
    return { cert: resolve(files.cert), key: resolve(files.key), state };
  } catch {
    return known;
  }
}
