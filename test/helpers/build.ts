/** Before tests that start servers: what they start, and what their browsers load, is of the sources as they are. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export function setup(): void {
  const args = ['build.ts', '--if-missing'];
  execFileSync(process.execPath, args, { cwd: join(import.meta.dirname, '../..'), stdio: 'inherit' });
}
