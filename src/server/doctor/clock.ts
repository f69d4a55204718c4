/** Whether this machine's clock is right, as far as others and its own files tell. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { type Finding, found } from './findings.ts';
import type { AskedService } from './push-services.ts';
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

type Compared = {
  /** Whose clock it is. */
  name: string;
  /** How far it is before ours, in ms. */
  ahead: number;
};

async function compare(url: URL): Promise<Compared[]> {
  const asked = await ask(url, undefined);
  const date = 'answer' in asked ? Date.parse(asked.answer.headers.date ?? '') : Number.NaN;
  return Number.isNaN(date) ? [] : [{ name: url.hostname, ahead: date - Date.now() }];
}

/** Clocks of others. What answers at this house's address may be this very machine, so that is asked only for want of one. */
async function otherClocks({ publicUrl, tls }: Targets, services: AskedService[]): Promise<Compared[]> {
  const pushed = services.flatMap((service) =>
    'ahead' in service && service.ahead !== undefined ? { name: service.host, ahead: service.ahead } : [],
  );
  const authority = tls?.by === 'acme' ? await compare(new URL(tls.directory)) : [];
  const others = [...authority, ...pushed];
  if (others.length > 0 || publicUrl === undefined) return others;
  return compare(new URL('/healthz', publicUrl));
}

/** @param services as they were asked; `undefined` where nobody knows which there are */
export async function checkClock(
  targets: Targets,
  services: AskedService[] | undefined = [],
): Promise<Finding[]> {
  const ahead = lastWrite(targets.dataDir) - Date.now();
  // A machine without a battery for it starts with the time of when it was made.
  if (ahead > NEAR) return [found('clock.behind', { count: Math.round(ahead / SECOND) })];
  const clocks = await otherClocks(targets, services);
  // One of them may be wrong, or somebody's who says anything; hardly is it wrong in the way that ours is.
  const [nearest] = clocks.sort((one, other) => Math.abs(one.ahead) - Math.abs(other.ahead));
  if (!nearest) return [];
  const difference = Math.abs(nearest.ahead);
  const values = { name: nearest.name, count: Math.round(difference / SECOND) };
  return [found(difference > NEAR ? 'clock.differs' : 'clock.agrees', values)];
}
