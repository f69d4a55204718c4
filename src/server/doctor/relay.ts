/**
 * Whether the relay does what calls will ask of it: for each of its addresses two allocations are made, as for two people,
 * and a packet is sent from one to the other through it.
 */

import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { iceFor } from '../calls/ice.ts';
import { hostNetwork } from '../network/host-network.ts';
import { isLocal } from '../network/private-networks.ts';
import { leadsElsewhere } from '../relay/addresses.ts';
import { RELAY_FOLDER } from '../relay/configuration-file.ts';
import { hostFor, serversAt } from '../relay/ice-servers.ts';
import { findProgram } from '../relay/program.ts';
import { type StartedWith, startedWith } from '../relay/started-with.ts';
import { type StunServer, serverIn } from '../relay/stun-line.ts';
import type { Endpoint } from '../relay/stun-message.ts';
import { type Allocation, allocate, type Credentials } from '../relay/turn-client.ts';
import { codeOf } from './ask.ts';
import { type Finding, found } from './findings.ts';
import type { Targets } from './targets.ts';

/** ms between two packets, and how many are sent before they count as lost. */
const REPEAT = 300;
const MOST_PACKETS = 10;

/** How often credentials are tried until they count as refused, and ms in between. */
const MOST_TRIES = 4;
const PAUSE = 500;

/** Errors of TURN (RFC 8489 §14.8, RFC 8656 §19). Forbidden is a peer to which nothing is forwarded. */
const FORBIDDEN = 403;
const UNAUTHORIZED = new Set([401, 431, 438, 441]);
const FULL = new Set([486, 508]);

/** Nobody has it as their number. */
const NOBODY = 0;

type Relay = {
  urls: string[];
  secret: string;
  /** Of the house's own relay: where it is on this machine. */
  own: string | undefined;
};

/** Where calls find the relay that was started here. */
export async function ownUrls(
  targets: Targets,
  started: StartedWith,
): Promise<{ stun: string[]; turn: string[] }> {
  const hasName = !(await leadsElsewhere(targets, hostNetwork));
  const [own = '127.0.0.1'] = started.own;
  const host = hostFor(targets, hasName, isIPv6(own) ? `[${own}]` : own) ?? own;
  return serversAt(host, started.ports, started.isSecure);
}

/** What was started here, if it is the relay that calls are told of. */
export const ownRelay = ({ hasOwnRelay, dataDir }: Targets): StartedWith | undefined =>
  hasOwnRelay ? startedWith(join(dataDir, RELAY_FOLDER)) : undefined;

/** By what no allocation came about. */
function silence(failed: string, url: string, { host }: StunServer): Finding {
  if (failed === 'ENOTFOUND') return found('relay.unknown', { url, host });
  if (failed === 'ECONNREFUSED') return found('relay.refused', { url });
  if (failed === 'ETIMEDOUT') return found('relay.silent', { url });
  return found('relay.failed', { url, detail: failed });
}

function refusal(code: number, url: string): Finding {
  if (FULL.has(code)) return found('relay.full', { url, status: code });
  if (UNAUTHORIZED.has(code)) return found('relay.credentials', { url, status: code });
  return found('relay.error', { url, status: code });
}

/** Sends packets until one has come, or enough were lost. */
async function comesThrough(
  from: Allocation,
  to: Endpoint,
  payload: Buffer,
  hasCome: () => boolean,
): Promise<boolean> {
  for (let count = 0; count < MOST_PACKETS && !hasCome(); count += 1) {
    from.send(to, payload);
    await pass(REPEAT);
  }
  return hasCome();
}

/** Two at one server, and what the second one hears. */
async function withTwo<Result>(
  server: StunServer,
  credentials: Credentials,
  use: (one: Allocation, two: Allocation, heard: Buffer[]) => Promise<Result>,
): Promise<Result> {
  const heard: Buffer[] = [];
  const made: Allocation[] = [];
  try {
    const one = await allocate(server, credentials);
    made.push(one);
    const two = await allocate(server, credentials, (bytes) => void heard.push(bytes));
    made.push(two);
    return await use(one, two, heard);
  } finally {
    for (const allocation of made) allocation.close();
  }
}

const tryServer = (server: StunServer, url: string, credentials: Credentials): Promise<Finding[]> =>
  withTwo(server, credentials, async (one, two, heard) => {
    const findings: Finding[] = [];
    if (one.isOpen) findings.push(found('relay.open', { url }));
    if (one.distrust !== undefined)
      findings.push(found('relay.certificate', { url, host: server.host, detail: one.distrust }));
    const code = one.code || two.code;
    const [here, there] = [one.relayed, two.relayed];
    if (code !== 0 || !here || !there) return [...findings, refusal(code, url)];
    const { address } = there;
    const permissions = await Promise.all([one.permit(there.address), two.permit(here.address)]);
    if (permissions.includes(FORBIDDEN)) return [...findings, found('relay.no-self', { url, address })];
    const refused = permissions.find((permission) => permission !== 0);
    if (refused !== undefined) return [...findings, refusal(refused, url)];
    const payload = randomBytes(16);
    const hasCome = () => heard.some((bytes) => bytes.equals(payload));
    const isThrough = await comesThrough(one, there, payload, hasCome);
    return [...findings, found(isThrough ? 'relay.works' : 'relay.lost', { url, address })];
  });

/** Whether the house's own relay does at least answer on its own machine. */
async function answersHere(server: StunServer, own: string, credentials: Credentials): Promise<boolean> {
  try {
    (await allocate({ ...server, host: own }, credentials)).close();
    return true;
  } catch {
    return false;
  }
}

const isRefused = (findings: Finding[]): boolean => findings.some(({ code }) => code === 'relay.credentials');

async function tryUrl(url: string, { own }: Relay, credentials: Credentials): Promise<Finding[]> {
  const server = serverIn(url);
  if (!server) return [found('relay.url', { url })];
  try {
    let findings = await tryServer(server, url, credentials);
    // A coturn that makes its database when it is first asked refuses whoever else asks meanwhile.
    for (let tries = 1; tries < MOST_TRIES && isRefused(findings); tries += 1) {
      await pass(PAUSE);
      findings = await tryServer(server, url, credentials);
    }
    return findings;
  } catch (error) {
    if (own !== undefined && own !== server.host && (await answersHere(server, own, credentials)))
      return [found('relay.only-here', { url, address: own })];
    return [silence(codeOf(error), url, server)];
  }
}

/** Addresses that nobody outside can use, as where a relay hasn't been told by which the internet reaches it. */
function privateAmong(findings: Finding[], publicUrl: string | undefined): Finding[] {
  if (publicUrl === undefined) return [];
  const relayed = findings.flatMap(({ code, values: { address } }) =>
    (code === 'relay.works' || code === 'relay.no-self') && typeof address === 'string' && isLocal(address)
      ? [address]
      : [],
  );
  return [...new Set(relayed)].map((address) => found('relay.private', { address }));
}

async function tryRelay(relay: Relay, publicUrl: string | undefined): Promise<Finding[]> {
  const turn = { urls: relay.urls, secret: relay.secret };
  const [given] = iceFor({ stunUrls: [], turn }, NOBODY, Date.now()).iceServers;
  const { username = '', credential = '' } = given ?? {};
  const tried = await Promise.all(relay.urls.map((url) => tryUrl(url, relay, { username, credential })));
  const findings = tried.flat();
  return [...findings, ...privateAmong(findings, publicUrl)];
}

export async function checkRelay(targets: Targets): Promise<Finding[]> {
  const { turn, hasOwnRelay, publicUrl } = targets;
  if (turn) return tryRelay({ ...turn, own: undefined }, publicUrl);
  if (!hasOwnRelay) return [found('relay.none')];
  if (findProgram('turnserver') === undefined) return [found('relay.missing')];
  const started = ownRelay(targets);
  if (!started) return [found('relay.not-started')];
  const { turn: urls } = await ownUrls(targets, started);
  return tryRelay({ urls, secret: started.secret, own: started.own[0] }, publicUrl);
}
