/** Whether the address that others use leads to this server, as far as this machine can tell. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import { TRUST } from '../tls/trust-addresses.ts';
import { ask, codeOf } from './ask.ts';
import { type Finding, found } from './findings.ts';
import { doorOf, originOf, type Reachable } from './origin.ts';
import { askHealth, type Health } from './question.ts';
import type { Targets } from './targets.ts';

/** ms for the name servers: the system's own patience may be longer than ours. */
const PATIENCE = 8_000;
/** Of a name, to be asked one by one. */
const MOST_ADDRESSES = 4;

/** Only this machine is meant by it. */
const isOwn = (address: string): boolean => /^127\.|^::1$|^0\.0\.0\.0$|^::$/.test(address);

/** There is no way there, as where a machine has no IPv6. */
const NO_WAY = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);
const NO_NAME = new Set(['ENOTFOUND', 'ENODATA']);

const GATEWAY = new Set([502, 503, 504]);

type Looked = { addresses: string[] } | { failed: string };

/** What a name stands for, as this machine's system says. */
export async function lookUp(name: string): Promise<Looked> {
  if (isIP(name)) return { addresses: [name] };
  const late = new AbortController();
  try {
    const found = await Promise.race([
      lookup(name, { all: true }),
      pass(PATIENCE, undefined, { signal: late.signal }),
    ]);
    if (!found) return { failed: 'ETIMEDOUT' };
    return { addresses: [...new Set(found.map(({ address }) => address))].slice(0, MOST_ADDRESSES) };
  } catch (error) {
    return { failed: codeOf(error) };
  } finally {
    late.abort();
  }
}

export const hostIn = (publicUrl: string): string => new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');

/** The port of an address, also where it goes without saying. */
const portIn = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80));

/** By what an address didn't answer. */
function silence(failed: string, url: string, address: string): Finding {
  const port = portIn(new URL(url));
  if (failed === 'ECONNREFUSED') return found('address.refused', { url, address, port });
  if (failed === 'ETIMEDOUT') return found('address.silent', { url, address, port });
  if (NO_WAY.has(failed)) return found('address.no-way', { address });
  if (failed === 'EPROTO' || failed.startsWith('ERR_SSL_'))
    return found('address.no-tls', { address, port, detail: failed });
  return found('address.failed', { address, port, detail: failed });
}

function heard(health: Health, url: string, address: string): Finding {
  if (!('answer' in health)) return silence(health.failed, url, address);
  const { status, headers } = health.answer;
  if (health.who === 'here') return found('address.reached', { url, address });
  if (health.who === 'another') return found('address.another', { url, address });
  if (health.who === 'unproven') return found('address.unproven', { url, address });
  if (status >= 300 && status < 400 && headers.location !== undefined)
    return found('address.redirected', { url, address, location: headers.location });
  if (GATEWAY.has(status)) return found('address.gateway', { url, address, status });
  return found('address.elsewhere', { url, address, status });
}

/** Several that are reached are told at once; where none has another fault, one without a way there is it. */
function summed(findings: Finding[], url: string): Finding[] {
  const addresses = (code: Finding['code']) =>
    findings.filter((finding) => finding.code === code).map(({ values }) => String(values.address));
  const reached = addresses('address.reached');
  const cutOff = addresses('address.no-way');
  if (cutOff.length === findings.length) return [found('address.cut-off', { address: cutOff.join(', ') })];
  const rest = findings.filter(({ code }) => code !== 'address.reached');
  return reached.length > 0
    ? [found('address.reached', { url, address: reached.join(', ') }), ...rest]
    : rest;
}

/** Whether a device that doesn't trust the house yet is shown how. */
async function checkDoor(targets: Reachable): Promise<Finding[]> {
  const door = await doorOf(targets);
  if (door === undefined) return [];
  const url = door + TRUST.page;
  const asked = await ask(new URL(url), undefined);
  if (!('answer' in asked)) return [found('address.no-trust', { url, detail: asked.failed })];
  const { status, headers } = asked.answer;
  const isOurs = status === 200 && headers.porchlight !== undefined;
  return [isOurs ? found('address.trust', { url }) : found('address.no-trust', { url, detail: status })];
}

async function checkOrigin(url: string, dataDir: string): Promise<Finding[]> {
  const name = hostIn(url);
  const looked = await lookUp(name);
  if ('failed' in looked) {
    const isUnknown = NO_NAME.has(looked.failed);
    return [found(isUnknown ? 'address.unknown' : 'address.unasked', { name, detail: looked.failed })];
  }
  const findings = await Promise.all(
    looked.addresses.map(async (address) => heard(await askHealth(url, address, dataDir), url, address)),
  );
  const own = looked.addresses.filter(isOwn);
  const local = own.length > 0 ? [found('address.local', { name, address: own.join(', ') })] : [];
  return [...local, ...summed(findings, url)];
}

export async function checkAddress(targets: Targets): Promise<Finding[]> {
  const origin = await originOf(targets);
  if (origin === undefined) return [found('address.unset')];
  const [findings, door] = await Promise.all([checkOrigin(origin, targets.dataDir), checkDoor(targets)]);
  return [...findings, ...door];
}
