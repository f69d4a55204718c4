/** Where the certificate that is served lies. Made by us, certificate and key are in one file, so that they change together. */
import { join } from 'node:path';
import type { Config } from '../config.ts';

export type CertificateFiles = { cert: string; key: string };

/** In the data folder: what is kept about certificates that we look after ourselves. */
export const TLS_FOLDER = 'tls';
const tlsFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(dataDir, TLS_FOLDER);

/** Key and certificate of the house's own authority, as PEM. */
export const houseAuthorityPath = (config: Pick<Config, 'dataDir'>): string =>
  join(tlsFolder(config), 'authority.pem');

/** By which an authority knows this house. */
export const accountPath = (config: Pick<Config, 'dataDir'>): string =>
  join(tlsFolder(config), 'account.json');

/** Where certificates are that we get or make. One of the house's own is nothing to an authority that is asked later, and the other way round. */
const ownPath = (by: 'acme' | 'lan', config: Pick<Config, 'dataDir'>): string =>
  join(tlsFolder(config), { acme: 'certificate.pem', lan: 'house.pem' }[by]);

/** In the data folder: every file with a key in it, whether it is there or not. */
export const keyFilesIn = (config: Pick<Config, 'dataDir'>): string[] => [
  houseAuthorityPath(config),
  accountPath(config),
  ownPath('acme', config),
  ownPath('lan', config),
];

/** PEM files; one that is awaited still doesn't exist yet. Undefined for plain http. */
export function certificateFilesOf({
  tls,
  dataDir,
}: Pick<Config, 'tls' | 'dataDir'>): CertificateFiles | undefined {
  if (!tls) return undefined;
  if (tls.by === 'files') return { cert: tls.cert, key: tls.key };
  const path = ownPath(tls.by, { dataDir });
  return { cert: path, key: path };
}
