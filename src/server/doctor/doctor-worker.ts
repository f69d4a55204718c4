/**
 * The process that looks whether the house can be reached. Started by apart.ts, which sends it what to look at. It needs libraries
 * that the server does without, and some of what it does would hold up everybody.
 */
import * as v from 'valibot';
import type { Report } from './apart.ts';
import { checksFor, runChecks } from './checks.ts';
import { Targets } from './targets.ts';

const tell = (report: Report) =>
  new Promise<void>((resolve) => {
    process.send?.(report, () => resolve());
  });

async function work(targets: Targets): Promise<void> {
  const told: Promise<void>[] = [];
  await runChecks(checksFor(targets), (check, findings) => void told.push(tell({ check, findings })));
  await Promise.all(told);
}

process.on('disconnect', () => process.exit());
process.once('message', (message) => {
  // A name that is still being looked up must not keep it.
  void work(v.parse(Targets, message)).finally(() => process.exit());
});
