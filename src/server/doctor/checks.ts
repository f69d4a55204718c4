/** All that the doctor looks at, and how it goes about it. */
import { setTimeout as pass } from 'node:timers/promises';
import { connectPublicly, createDelivery } from '../push/delivery.ts';
import { checkAddress } from './address.ts';
import { codeOf } from './ask.ts';
import { checkCertificate } from './certificate.ts';
import type { Check } from './check.ts';
import { checkClock } from './clock.ts';
import { checkDatabase } from './database.ts';
import { type Finding, missed } from './findings.ts';
import { checkFolder } from './folder.ts';
import { checkMachine } from './machine.ts';
import { checkPush } from './push.ts';
import { askPushServices } from './push-services.ts';
import { checkRelay } from './relay.ts';
import { checkServer } from './server.ts';
import { checkSockets } from './sockets.ts';
import { checkSpace } from './space.ts';
import { checkStun } from './stun.ts';
import type { Targets } from './targets.ts';

/** ms for each of those that wait for others. */
const PATIENCE = 18_000;

/** One after the other; within one of these lists all at once. What keeps the process busy comes last. */
export function checksFor(targets: Targets): Check[][] {
  // Of two checks each is told what came of it, and they are asked once.
  const services = askPushServices(targets, createDelivery(connectPublicly));
  return [
    [
      { name: 'server', run: () => checkServer(targets) },
      { name: 'address', run: () => checkAddress(targets) },
      { name: 'certificate', run: () => checkCertificate(targets) },
      { name: 'sockets', run: () => checkSockets(targets) },
      { name: 'clock', run: async () => checkClock(targets, await services) },
      { name: 'relay', run: () => checkRelay(targets) },
      { name: 'stun', run: () => checkStun(targets) },
      { name: 'push', run: async () => checkPush(targets, await services) },
      { name: 'folder', run: () => checkFolder(targets) },
      { name: 'space', run: () => checkSpace(targets) },
      { name: 'machine', run: () => checkMachine() },
    ],
    [{ name: 'database', run: () => checkDatabase(targets) }],
  ];
}

async function runInTime({ name, run }: Check, patience: number): Promise<Finding[]> {
  const done = new AbortController();
  try {
    const findings = await Promise.race([run(), pass(patience, undefined, { signal: done.signal })]);
    return findings ?? [missed(name, 'any.late')];
  } catch (error) {
    return [missed(name, 'any.failed', codeOf(error))];
  } finally {
    done.abort();
  }
}

/**
 * Runs them all, whatever becomes of each.
 * @param tell is given what each has found, once it has
 * @param patience ms for each
 */
export async function runChecks(
  checks: Check[][],
  tell: (name: Check['name'], findings: Finding[]) => void,
  patience = PATIENCE,
): Promise<void> {
  for (const together of checks)
    await Promise.all(
      together.map(async (check) => {
        tell(check.name, await runInTime(check, patience));
      }),
    );
}
