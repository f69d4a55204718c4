/** Where the certificate that is served lies. Made by us, certificate and key are in one file, so that they change together. */
import { join } from 'node:path';
import type { Config } from '../config.ts';

export type CertificateFiles = { cert: string; key: string };

/** In the data folder: what is kept about certificates that we look after ourselves. */
export const TLS_FOLDER = 'tls';
export const tlsFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(dataDir, TLS_FOLDER);

/** Key and certificate of the house's own authority, as PEM. */
export const houseAuthorityPath = (config: Pick<Config, 'dataDir'>): string =>
  join(tlsFolder(config), 'authority.pem');

/** PEM files; one that is awaited still doesn't exist yet. Undefined for plain http. */
export function certificateFilesOf({
  tls,
  dataDir,
}: Pick<Config, 'tls' | 'dataDir'>): CertificateFiles | undefined {
  if (!tls) return undefined;
  if (tls.by === 'files') return { cert: tls.cert, key: tls.key };
  // One of the house's own is nothing to an authority that is asked later, and the other way round.
  const path = join(tlsFolder({ dataDir }), tls.by === 'acme' ? 'certificate.pem' : 'house.pem');
  return { cert: path, key: path };
}
