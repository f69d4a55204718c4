/**
 * What the unit tests notice: makes small mistakes in source files, one at a time, and counts those at which a test fails.
 *
 *     npm run test:mutants -- FILE… [--count 20] [--seed 1] [--all]
 *
 * `--count` mistakes of each file are drawn by the seed (0: every one). The tests are those of the file's folder and
 * those that import it; with `--all` every unit test that loads it, which takes long.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { draw } from './draw.ts';
import { type Kind, type Mutant, mutantsOf } from './mutations.ts';
import { findOutcomes, type Outcome } from './outcomes.ts';
import { testsOf } from './related.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MARKS: Record<Outcome['result'], string> = { killed: '.', survived: 'S', 'timed out': 't' };

const inOneLine = (text: string) => text.replace(/\s+/g, ' ').slice(0, 90);

/** Where it stands, and what was made of what. */
function describe(file: string, source: string, { kind, start, end, text }: Mutant): string {
  const line = source.slice(0, start).split('\n').length;
  const before = inOneLine(source.slice(start, end));
  return `survived ${relative(ROOT, file)}:${line} ${kind}: ${before}  →  ${inOneLine(text) || '(nothing)'}`;
}

type Score = { noticed: number; all: number };
const inWords = ({ noticed, all }: Score) => `${noticed} of ${all}, ${Math.round((noticed / all) * 100)} %`;

/** What runs into its time limit is noticed as well. */
function printScore(scores: Map<Kind, Score>): void {
  const whole = { noticed: 0, all: 0 };
  console.log('');
  for (const [kind, score] of [...scores].sort()) {
    console.log(`${kind.padEnd(12)} ${inWords(score)}`);
    whole.noticed += score.noticed;
    whole.all += score.all;
  }
  console.log(`${'in all'.padEnd(12)} ${inWords(whole)}`);
}

/** Adds a file's outcomes to the scores, and prints what no test noticed. */
async function tryFile(
  file: string,
  wish: { count: number; seed: number; all: boolean },
  scores: Map<Kind, Score>,
) {
  const source = readFileSync(file, 'utf8');
  const all = mutantsOf(source);
  const tests = testsOf(ROOT, file, wish.all);
  const mutants = draw(all.length, wish.count, wish.seed);
  const name = relative(ROOT, file);
  console.log(`\n${name}: ${mutants.length} of ${all.length} mutants against ${tests.length} test files`);
  if (tests.length === 0) return;
  await findOutcomes({ root: ROOT, file, tests, mutants }, ({ mutant, result }) => {
    const chosen = all[mutant];
    if (!chosen) return;
    process.stderr.write(MARKS[result]);
    if (result === 'survived') console.log(`\n${describe(file, source, chosen)}`);
    const { noticed, all: tried } = scores.get(chosen.kind) ?? { noticed: 0, all: 0 };
    scores.set(chosen.kind, { noticed: noticed + (result === 'survived' ? 0 : 1), all: tried + 1 });
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    all: { type: 'boolean', default: false },
  },
});
const files = positionals.map((name) => resolve(name));
const missing = files.filter((file) => !existsSync(file));
if (files.length === 0 || missing.length > 0) {
  console.error(missing.length > 0 ? `There is no ${missing.join(', ')}.` : 'Say which source files.');
  process.exit(2);
}
const scores = new Map<Kind, Score>();
const wish = { count: Number(values.count), seed: Number(values.seed), all: values.all };
for (const file of files) await tryFile(file, wish, scores);
if (scores.size > 0) printScore(scores);
