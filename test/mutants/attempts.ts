/**
 * Runs the tests against one mutant after another and tells its parent what became of each. The files on disk stay as
 * they are: a mutant stands in what vitest loads. What runs into an endless loop is ended by the parent.
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { createVitest } from 'vitest/node';
import { Given, type Told } from './messages.ts';
import { mutantsOf, mutated } from './mutations.ts';

/** ms for one test; some of them need many hashes. */
const PATIENCE = 20_000;

async function attempt({ root, file, tests, mutants }: Given): Promise<void> {
  const source = readFileSync(file, 'utf8');
  const all = mutantsOf(source);
  let loaded = source;
  const vitest = await createVitest(
    {
      ...{ root, config: false, watch: false, include: tests, bail: 1, testTimeout: PATIENCE },
      reporters: [{}],
      // It would keep mutants for the next run.
      fsModuleCache: false,
    },
    {
      plugins: [
        {
          name: 'mutant',
          enforce: 'pre',
          transform: (_code, id) => (id === file ? { code: loaded, map: null } : undefined),
        },
      ],
    },
  );
  await vitest.standalone();
  const specifications = await vitest.globTestSpecifications();
  for (const mutant of mutants) {
    const chosen = all[mutant];
    loaded = chosen ? mutated(source, chosen) : source;
    vitest.invalidateFile(file);
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
    const failed = testModules.find((module) => module.state() === 'failed');
    const [test] = failed?.children.allTests('failed') ?? [];
    const by = test
      ? `${test.fullName}: ${test.result().errors?.[0]?.message ?? ''}`
      : (failed?.moduleId ?? unhandledErrors.map(String)[0]);
    const told: Told = { mutant, killed: by !== undefined, ...(by !== undefined && { by }) };
    process.send?.(told);
  }
  await vitest.close();
  process.disconnect?.();
}

process.once('message', (given) => attempt(v.parse(Given, given)));
