/** What is the matter, by what an authority or the system says. */
import type { AcmeTrouble } from './acme-messages.ts';

const PREFIX = 'urn:ietf:params:acme:error:';

/** RFC 8555 §6.7. */
const BY_PROBLEM: Record<string, AcmeTrouble> = {
  dns: 'dns',
  connection: 'unreachable',
  tls: 'unreachable',
  unauthorized: 'elsewhere',
  incorrectResponse: 'elsewhere',
  rateLimited: 'rate-limited',
  caa: 'forbidden',
  rejectedIdentifier: 'forbidden',
  unsupportedIdentifier: 'forbidden',
  serverInternal: 'away',
  badNonce: 'away',
};

/** @param type of a problem document (RFC 9457) */
export const troubleOfProblem = (type: string): AcmeTrouble =>
  BY_PROBLEM[type.startsWith(PREFIX) ? type.slice(PREFIX.length) : ''] ?? 'unknown';

/** Whether the authority no longer takes the account, as when somebody has deactivated it. Asked before a challenge. */
export const isAccountGone = (type: string | undefined): boolean =>
  [`${PREFIX}accountDoesNotExist`, `${PREFIX}unauthorized`].includes(type ?? '');

const CLOCK = ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'];

/** @param code of Node's error for a request that got no answer */
export const troubleOfConnection = (code: string): AcmeTrouble => (CLOCK.includes(code) ? 'clock' : 'away');
