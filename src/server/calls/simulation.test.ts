/** Random lives of calls; `npm run bench -- simulation` has ten thousand more of them. */
import { expect, test } from 'vitest';
import { simulate } from '../../../test/helpers/simulation.ts';

const STEPS = 150;

test.each(
  Array.from({ length: 20 }, (_, block) => block),
)('whatever happens, calls end, and everybody sees who is in them (%i)', (block) => {
  for (let seed = block * 10; seed < block * 10 + 10; seed += 1) {
    const simulation = simulate(seed, 3 + (seed % 8));
    const told: string[] = [];
    try {
      for (let step = 0; step < STEPS; step += 1) {
        told.push(simulation.step());
        if (step % 50 === 49) expect(simulation.settle(), `seed ${seed}\n${told.join('\n')}`).toEqual([]);
      }
      expect(simulation.finish(), `seed ${seed}\n${told.join('\n')}`).toEqual([]);
    } finally {
      simulation.close();
    }
  }
});
