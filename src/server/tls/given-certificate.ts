/** The certificate that somebody else keeps. What is wrong with it stops the start, in a sentence that names the setting. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from '../config.ts';
import type { CertificateFiles } from './certificate-files.ts';
import { closeTo } from './private-file.ts';

/** What the heads of both kinds of PEM say (RFC 5958, RFC 1421 §4.6.1.1). */
const IS_LOCKED = /\bENCRYPTED\b/;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

function contentOf(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(
      codeOf(error) === 'EISDIR'
        ? `${setting} names a folder, ${path}: it must name a PEM file in there.`
        : `${setting} names a file that can't be read.`,
    );
  }
}

function checkCertificate(cert: Buffer): void {
  try {
    // It would take DER as well, which can't be served.
    if (!cert.includes('-----BEGIN ')) throw new Error('no PEM');
    new X509Certificate(cert);
  } catch {
    throw new ConfigError(
      "TLS_CERT must name a PEM file that begins with the server's certificate (-----BEGIN CERTIFICATE-----), followed by those that lead to its authority.",
    );
  }
}

function checkKey(key: Buffer): void {
  try {
    createPrivateKey(key);
  } catch {
    throw new ConfigError(
      IS_LOCKED.test(key.toString('latin1'))
        ? 'TLS_KEY must name a key without a passphrase, which nobody could type at each start: openssl pkey takes it out.'
        : 'TLS_KEY must name a PEM file with the private key of the certificate (-----BEGIN PRIVATE KEY-----).',
    );
  }
}

/** A key that everyone on the machine can read is taken away from them, or it is of no use as one. */
function closeKey(path: string): void {
  if (!closeTo('everyone', path))
    throw new ConfigError(
      `TLS_KEY can be read by everyone on this machine, and this server may not change that: chmod o-rwx ${path}, as its owner.`,
    );
}

/**
 * Reads it, and closes its key to everyone but its owner and group.
 * @throws {ConfigError} if it can't be served
 */
export function givenCertificate(files: CertificateFiles): SecureContextOptions {
  const [cert, key] = [contentOf('TLS_CERT', files.cert), contentOf('TLS_KEY', files.key)];
  closeKey(files.key);
  checkCertificate(cert);
  checkKey(key);
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new ConfigError(
      'TLS_KEY must be the key of the certificate in TLS_CERT, which is the first in its file; these two belong to different ones.',
    );
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    // Such as a key that is shorter than what OpenSSL takes.
    throw new ConfigError(
      `TLS_CERT and TLS_KEY can't be used: ${error instanceof Error ? error.message : error}.`,
    );
  }
  return { cert, key };
}
