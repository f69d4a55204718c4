/** Whether upgrades of sockets (RFC 6455 §4.1) come through to the server, by whatever stands in front of it. */
import { randomBytes } from 'node:crypto';
import { UPGRADE_ARRIVED } from '../http/upgrades.ts';
import { type Asked, ask } from './ask.ts';
import { type Finding, found } from './findings.ts';
import { originOf, type Reachable } from './origin.ts';

/** Those of every page, and of the call page. A proxy may have a rule for each. */
const PATHS = ['/live', '/calls/socket'];

const upgrade = (): Record<string, string> => ({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': randomBytes(16).toString('base64'),
});

/** Nobody is signed in with it, so it is refused; but the server says that it was asked for a socket. */
function heard(asked: Asked): 'arrived' | 'dropped' | 'unseen' {
  if (!('answer' in asked) || asked.answer.headers.porchlight === undefined) return 'unseen';
  return asked.answer.headers[UPGRADE_ARRIVED] === undefined ? 'dropped' : 'arrived';
}

export async function checkSockets(targets: Reachable): Promise<Finding[]> {
  const url = await originOf(targets);
  if (url === undefined) return [];
  const asked = await Promise.all(
    PATHS.map(async (path) => heard(await ask(new URL(path, url), undefined, upgrade()))),
  );
  const those = (what: 'dropped' | 'unseen') => PATHS.filter((_, index) => asked[index] === what).join(', ');
  if (asked.includes('dropped')) return [found('sockets.dropped', { url, paths: those('dropped') })];
  if (asked.includes('unseen')) return [found('sockets.unseen', { url, paths: those('unseen') })];
  return [found('sockets.pass', { url })];
}
