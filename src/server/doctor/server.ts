/** Whether the server runs, as asked on this machine, past any proxy. */
import { isIPv6 } from 'node:net';
import * as v from 'valibot';
import { type Finding, found } from './findings.ts';
import { askHealth } from './question.ts';
import type { Targets } from './targets.ts';

/** Addresses that stand for all of a machine's. */
const ANY = new Set(['0.0.0.0', '::']);

/** Where it listens, for whoever is on the same machine. */
function ownOrigin({ host, port, tls }: Pick<Targets, 'host' | 'port' | 'tls'>): string {
  const to = host === undefined || ANY.has(host) ? '127.0.0.1' : host;
  return `${tls ? 'https' : 'http'}://${isIPv6(to) ? `[${to}]` : to}:${port}`;
}

const Trouble = v.pipe(v.string(), v.parseJson(), v.object({ status: v.string() }));

/** What /healthz says is the matter. */
function troubleIn(body: string): string {
  const { success, output } = v.safeParse(Trouble, body);
  return success ? output.status : '';
}

export async function checkServer(targets: Targets): Promise<Finding[]> {
  const address = ownOrigin(targets);
  const health = await askHealth(address, undefined, targets.dataDir);
  if (!('answer' in health)) return [found('server.away', { address, detail: health.failed })];
  const { status, body } = health.answer;
  if (health.who === 'else' || health.who === 'another') return [found('server.another', { address })];
  const is =
    health.who === 'here' ? found('server.runs', { address }) : found('server.unproven', { address });
  return status === 200 ? [is] : [is, found('server.trouble', { status: troubleIn(body) || status })];
}
