/** Whether the push services of this house's devices can be reached: without them, no phone rings that sleeps. */
import { type Finding, found } from './findings.ts';
import type { AskedService } from './push-services.ts';
import type { Targets } from './targets.ts';

const NO_NAME = new Set(['ENOTFOUND', 'ENODATA', 'EAI_AGAIN']);
const TOO_LATE = new Set(['ABORT_ERR', 'ETIMEDOUT']);
/** Of Node, for what a certificate may lack. */
const DISTRUST = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_)/;

/** Any answer will do: what was asked for isn't there. */
function heard(service: AskedService): Finding {
  const { host } = service;
  if (!('failed' in service)) return found('push.reached', { host });
  const detail = service.failed;
  if (detail === 'ENOTPUBLIC') return found('push.not-public', { host });
  if (NO_NAME.has(detail)) return found('push.unknown', { host, detail });
  if (TOO_LATE.has(detail)) return found('push.silent', { host });
  return found(DISTRUST.test(detail) ? 'push.untrusted' : 'push.failed', { host, detail });
}

/** @param services as they were asked */
export function checkPush(
  { publicUrl }: Pick<Targets, 'publicUrl'>,
  services: AskedService[] | undefined,
): Finding[] {
  if (!services) return [];
  if (services.length === 0) return [found('push.nobody')];
  const unnamed = publicUrl?.startsWith('https:') ? [] : [found('push.unnamed')];
  // One that isn't reached may be of somebody's own invention.
  const cutOff = services.every((service) => 'failed' in service) ? [found('push.cut-off')] : [];
  return services.map(heard).concat(cutOff, unnamed);
}
