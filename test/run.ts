/**
 * What `npm test` runs: the checks of the sources and the build at once, then the tests in turn, cheapest first, ending at the
 * first that fails.
 *
 *     node test/run.ts                 everything
 *     node test/run.ts unit [pattern]  only the tests beside the sources
 *     node test/run.ts e2e [pattern]   only the tests in browsers and terminals
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { E2E_PROGRAMS, missingPrograms, PROGRAMS, type Program, UNIT_PROGRAMS } from './helpers/programs.ts';

const root = join(import.meta.dirname, '..');
const reports = mkdtempSync(join(tmpdir(), 'porchlight-test-'));

/** Vitest's JSON report, as far as the totals need it. */
const Report = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  testResults: v.array(v.object({ status: v.string(), assertionResults: v.array(v.unknown()) })),
});

const run = (command: string, args: string[]) =>
  new Promise<boolean>((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });

/** A package's command, on the Node that runs this file whatever `node` the PATH has. */
const tool = (script: string, ...args: string[]) =>
  run(process.execPath, [join('node_modules', script), ...args]);

const isRootOnDebian = () => process.getuid?.() === 0 && existsSync('/etc/debian_version');

const installPrograms = async (needed: Program[]) => {
  const missing = missingPrograms(needed);
  if (missing.length === 0) return true;
  const packages = missing.map((program) => PROGRAMS[program].debian);
  if (!isRootOnDebian()) {
    console.error(`Missing ${missing.join(', ')}: install the Debian packages ${packages.join(' ')}.`);
    return false;
  }
  const apt = (...args: string[]) => run('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]);
  return (await apt('update', '-q')) && apt('install', '-qy', '--no-install-recommends', ...packages);
};

const vitest = (project: string, patterns: string[] = []) =>
  tool(
    'vitest/vitest.mjs',
    'run',
    ...['--project', project, '--reporter=default', '--reporter=json'],
    `--outputFile.json=${join(reports, `${project}.json`)}`,
    // What was asked for may be all in another project.
    ...(patterns.length > 0 ? ['--passWithNoTests', ...patterns] : []),
  );

const steps = (unitPatterns: string[], e2ePatterns: string[]) => ({
  check: [
    { name: 'Format and lint', run: () => tool('@biomejs/biome/bin/biome', 'ci', '.') },
    { name: 'Types', run: () => tool('typescript/bin/tsc', '--noEmit') },
    { name: 'Dead code', run: () => tool('knip/bin/knip.js') },
  ],
  build: [{ name: 'Build', run: () => run(process.execPath, ['build.ts']) }],
  unit: [
    { name: 'Programs', run: () => installPrograms(UNIT_PROGRAMS) },
    { name: 'Unit and integration', run: () => vitest('unit', unitPatterns) },
  ],
  e2e: [
    { name: 'Browsers and terminals', run: () => installPrograms(E2E_PROGRAMS) },
    { name: 'End to end: pages', run: () => vitest('pages', e2ePatterns) },
    { name: 'End to end: calls', run: () => vitest('calls', e2ePatterns) },
  ],
});

const chosen = ([part, ...patterns]: string[]) => {
  const all = steps(patterns, patterns);
  const inTurn = (...some: Step[]) => some.map((step) => [step]);
  if (part === undefined) return [[...all.check, ...all.build], ...inTurn(...all.unit, ...all.e2e)];
  if (part === 'unit') return inTurn(...all.unit);
  if (part === 'e2e') return inTurn(...all.build, ...all.e2e);
  console.error(`Unknown part "${part}": say "unit" or "e2e", or nothing for everything.`);
  process.exit(2);
};

/** Tests passed and failed over all vitest runs; a file that could not even be loaded counts as one failed. */
const totals = () => {
  let [passed, failed] = [0, 0];
  for (const project of ['unit', 'pages', 'calls']) {
    const file = join(reports, `${project}.json`);
    if (!existsSync(file)) continue;
    const report = v.parse(Report, JSON.parse(readFileSync(file, 'utf8')));
    const unloaded = report.testResults.filter(
      (r) => r.status === 'failed' && r.assertionResults.length === 0,
    );
    passed += report.numPassedTests;
    failed += report.numFailedTests + unloaded.length;
  }
  return `${passed} passed, ${failed} failed`;
};

type Step = { name: string; run(): Promise<boolean> };

const runStep = async ({ name, run: work }: Step): Promise<boolean> => {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const good = await work();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`-- ${name}: ${good ? 'good' : 'FAILED'} after ${seconds} s`);
  return good;
};

/** What stands together runs at once: it says something only where something is wrong, and each needs one core. */
const runAll = async () => {
  for (const together of chosen(process.argv.slice(2))) {
    const results = await Promise.all(together.map(runStep));
    if (!results.every(Boolean)) return false;
  }
  return true;
};

const good = await runAll();
console.log(`\n${totals()}`);
rmSync(reports, { recursive: true, force: true });
process.exitCode = good ? 0 : 1;
