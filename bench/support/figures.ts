/** What a bench hands back, and the few sums that all of them need. */

/** One line of the table. `ratio` and `limit` belong together: `met` compares them. */
export type Figure = {
  /** As the table of budgets calls it. */
  what: string;
  budget: string;
  /** The ratio to the bare limit, or the size where the budget is one. */
  measured: string;
  /** What the ratio was made of. */
  absolute: string;
  /** `undefined` for a figure that has no budget of its own. */
  met: boolean | undefined;
};

export type Bench = { name: string; run(): Promise<Figure[]> };

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * Runs the subjects in turn, A B A B …, so that a busy moment of the machine hits all of them alike.
 * @returns the results by subject, in order
 */
export async function interleave<Name extends string, Result>(
  rounds: number,
  subjects: Record<Name, () => Promise<Result>>,
): Promise<Map<string, Result[]>> {
  const results = new Map<string, Result[]>();
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries<() => Promise<Result>>(subjects))
      results.set(name, [...(results.get(name) ?? []), await run()]);
  return results;
}

/** Three digits are as many as a shared machine gives. */
export const digits = (value: number): string =>
  new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value);

/** Bytes in units of 1,000, the stricter reading of a budget in KB or MB. */
export const kilobytes = (bytes: number): string =>
  bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

export const megabytes = (bytes: number): string => `${digits(bytes / 1e6)} MB`;

export const milliseconds = (ms: number): string => `${digits(ms)} ms`;

/** A budget that a ratio may not exceed, `most`, or must reach, `least`. */
export function ratioFigure(
  what: string,
  limit: { most: number } | { least: number },
  ratio: number,
  absolute: string,
): Figure {
  const met = 'most' in limit ? ratio <= limit.most : ratio >= limit.least;
  const budget = 'most' in limit ? `≤ ${limit.most} ×` : `≥ ${limit.least} ×`;
  return { what, budget, measured: `${digits(ratio)} ×`, absolute, met };
}
