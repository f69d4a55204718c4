import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const WORST = join(import.meta.dirname, '../test/helpers/worst-cases.ts');
/** ms. It takes a second; an expression whose work grows with the square of the text would take hours. */
const PATIENCE = 120_000;

test('what comes from outside keeps nothing busy for long, whatever it is', {
  timeout: 2 * PATIENCE,
}, async () => {
  const run = promisify(execFile)(process.execPath, [WORST], { timeout: PATIENCE, killSignal: 'SIGKILL' });
  // Where it was stopped, the last name is that of the part before the one that hangs.
  const said = await run.catch((error: { stdout: string }) => error);
  expect(said.stdout.trim().split('\n')).toContain('all');
});
