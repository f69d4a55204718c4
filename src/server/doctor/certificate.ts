/** Whether browsers will trust the certificate that is shown at the address, and for how long. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { houseAuthorityPath } from '../tls/certificate-files.ts';
import { permittedEndings } from '../tls/name-constraints.ts';
import { hostIn } from './address.ts';
import { ask } from './ask.ts';
import { type Finding, found } from './findings.ts';
import { originOf, type Reachable } from './origin.ts';
import type { Targets } from './targets.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Days before the end by which whoever renews a certificate has mostly done so. */
const SOON = 20;

/** Names that only stand for the very machine: browsers trust those without a certificate (W3C Secure Contexts §3.1). */
const IS_LOCAL = /^(?:localhost|.+\.localhost|127\..+|::1)$/;

/** Of Node, where what leads from the certificate to an authority wasn't shown with it. */
const INCOMPLETE = new Set(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT']);

/** The name of who has signed it: of its lines the organisation's, or the last. */
function issuerOf({ issuer }: X509Certificate): string {
  const lines = issuer.split('\n');
  const line = lines.find((one) => one.startsWith('O=')) ?? lines.at(-1) ?? '';
  return line.slice(line.indexOf('=') + 1);
}

const isFor = (certificate: X509Certificate, name: string): boolean =>
  // Browsers look at the alternative names only.
  (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name, { subject: 'never' })) !== undefined;

/**
 * What is wrong with it goes before when it ends: that would be wrong of another one, too.
 * @param distrust as `ask` tells it
 */
export function examine(
  certificate: X509Certificate,
  name: string,
  distrust: string | undefined,
  now: number,
): Finding {
  const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const issuer = issuerOf(certificate);
  if (until <= now) return found('certificate.expired', { name, count: Math.ceil((now - until) / DAY) });
  if (from > now) return found('certificate.early', { name, count: Math.ceil((from - now) / DAY) });
  if (!isFor(certificate, name)) {
    const names = certificate.subjectAltName ?? certificate.subject;
    return found('certificate.name', { name, names });
  }
  if (distrust !== undefined && INCOMPLETE.has(distrust))
    return found('certificate.incomplete', { name, issuer, detail: distrust });
  if (distrust !== undefined) return found('certificate.untrusted', { name, issuer, detail: distrust });
  const count = Math.floor((until - now) / DAY);
  return found(count < SOON ? 'certificate.ending' : 'certificate.valid', { name, issuer, count });
}

/** Whether the house's own authority may vouch for more than a house, as those may that earlier versions made. */
function authority({ tls, dataDir }: Pick<Targets, 'tls' | 'dataDir'>): Finding[] {
  if (tls?.by !== 'lan') return [];
  const path = houseAuthorityPath({ dataDir });
  try {
    const endings = permittedEndings(new X509Certificate(readFileSync(path))).map((name) => `.${name}`);
    return endings.length > 0 ? [found('certificate.endings', { endings: endings.join(', '), path })] : [];
  } catch {
    // Not made yet, or unreadable: then the certificate that is shown tells.
    return [];
  }
}

async function served(targets: Reachable): Promise<Finding[]> {
  const url = await originOf(targets);
  if (url === undefined) return [];
  const name = hostIn(url);
  if (!url.startsWith('https:')) return IS_LOCAL.test(name) ? [] : [found('certificate.plain', { url })];
  const { shown } = await ask(new URL('/healthz', url), undefined);
  if (!shown?.certificate) return [found('certificate.unseen')];
  return [examine(shown.certificate, name, shown.distrust, Date.now())];
}

export const checkCertificate = async (targets: Reachable & Pick<Targets, 'dataDir'>): Promise<Finding[]> => [
  ...(await served(targets)),
  ...authority(targets),
];
