/**
 * Runs the tests of this folder in a network of their own, which ends with them:
 *
 *     node test/network/run.ts [pattern]
 *
 * That takes root and a kernel with namespaces; where there are none it says so and does nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { missingPrograms, NETWORK_PROGRAMS, PROGRAMS } from '../helpers/programs.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Its own network, and its own view of what is mounted, because named namespaces are mounts; whatever it starts ends with it. */
const APART = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const NAMES = 'mkdir -p /run/netns && mount -t tmpfs none /run/netns';

const canBeApart = spawnSync('unshare', [...APART, 'sh', '-c', NAMES]).status === 0;
if (!canBeApart) {
  console.log('Skipped: tests of the network need root and network namespaces.');
  process.exit(0);
}
const missing = missingPrograms(NETWORK_PROGRAMS);
if (missing.length > 0) {
  const packages = missing.map((program) => PROGRAMS[program].debian);
  console.error(`Missing ${missing.join(', ')}: install the Debian packages ${packages.join(' ')}.`);
  process.exit(1);
}
const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'network'];
const child = spawn(
  'unshare',
  [...APART, 'sh', '-c', `${NAMES} && exec "$@"`, 'sh', ...vitest, ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit' },
);
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
