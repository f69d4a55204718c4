/** Whether this machine's clock is right, as far as others and its own files tell. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { type Finding, found } from './findings.ts';
import type { Targets } from './targets.ts';

const SECOND = 1000;
/** ms by which two clocks may differ without a word: a `Date` has no more than seconds, and an answer takes some. */
const NEAR = 60 * SECOND;

const FILES = ['porchlight.db', 'porchlight.db-wal'];

/** When the database was last written, in ms since 1970, by the clock of then. */
function lastWrite(dataDir: string): number {
  const times = FILES.map((name) => statSync(join(dataDir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(...times);
}

/** How far a clock is before ours, in ms; undefined without one. */
async function differenceTo(publicUrl: string): Promise<number | undefined> {
  const asked = await ask(new URL('/healthz', publicUrl), undefined);
  const date = 'answer' in asked ? Date.parse(asked.answer.headers.date ?? '') : Number.NaN;
  return Number.isNaN(date) ? undefined : date - Date.now();
}

export async function checkClock({ publicUrl, dataDir }: Targets): Promise<Finding[]> {
  const ahead = lastWrite(dataDir) - Date.now();
  // A machine without a battery for it starts with the time of when it was made.
  if (ahead > NEAR) return [found('clock.behind', { count: Math.round(ahead / SECOND) })];
  const difference = publicUrl === undefined ? undefined : await differenceTo(publicUrl);
  if (difference === undefined) return [];
  const count = Math.round(Math.abs(difference) / SECOND);
  return [found(Math.abs(difference) > NEAR ? 'clock.differs' : 'clock.agrees', { count })];
}
