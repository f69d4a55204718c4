/** Ten thousand random lives of calls, against the server's rules on a real database; a wrong one is a line of its own. */
import { simulate } from '../test/helpers/simulation.ts';
import { type Bench, digits } from './support/figures.ts';

const RUNS = 10_000;
const STEPS = 200;

/** The seeds of runs in which something was wrong, with the first thing that was. */
function run(): string[] {
  const wrong: string[] = [];
  for (let seed = 0; seed < RUNS; seed += 1) {
    // Other seeds than those of the tests.
    const simulation = simulate(1_000_000 + seed, 3 + (seed % 8));
    try {
      for (let step = 0; step < STEPS; step += 1) {
        simulation.step();
        if (step % 50 === 49) simulation.settle();
      }
      const [first] = simulation.finish();
      if (first !== undefined) wrong.push(`seed ${1_000_000 + seed}: ${first}`);
    } finally {
      simulation.close();
    }
  }
  return wrong;
}

export const simulation: Bench = {
  name: 'simulation',
  async run() {
    const began = performance.now();
    const wrong = run();
    const perSecond = RUNS / ((performance.now() - began) / 1000);
    for (const line of wrong) process.stderr.write(`${line}\n`);
    return [
      {
        what: `random calls in which something was wrong, of ${RUNS}`,
        measured: `${wrong.length}`,
        budget: '0',
        met: wrong.length === 0,
        absolute: `${digits(perSecond)} a second`,
      },
    ];
  },
};
