/**
 * Runs the tests while a child keeps one core busy: what passes on an idle machine alone waits somewhere for time to
 * pass. Takes what test/run.ts takes.
 *
 *     npm run test:busy -- unit src/server/chats
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Spins until its parent is gone, however that has ended. */
const SPIN = 'const parent = process.ppid; while (process.ppid === parent) {}';

const busy = spawn(process.execPath, ['--eval', SPIN], { stdio: 'ignore' });
const tests = spawn(process.execPath, [join(import.meta.dirname, 'run.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => tests.kill(signal));
const [code] = await once(tests, 'exit');
const wasBusy = busy.exitCode === null && busy.signalCode === null;
busy.kill('SIGKILL');
if (!wasBusy) console.error('The core was not kept busy to the end.');
process.exitCode = wasBusy ? (code ?? 1) : 1;
