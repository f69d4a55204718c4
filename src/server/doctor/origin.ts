/** Under which addresses the house is asked for. */
import { houseNames, houseNetwork } from '../tls/house-names.ts';
import { originFor } from '../tls/origin.ts';
import type { Targets } from './targets.ts';

export type Reachable = Pick<Targets, 'publicUrl' | 'tls' | 'port' | 'httpPort'>;

const hostIn = (publicUrl: string): string => new URL(publicUrl).host;

/** In the house only, this machine's names and addresses are what it is reached by. The first is the one to pass on. */
async function namesOf({ tls }: Pick<Reachable, 'tls'>): Promise<string[] | undefined> {
  if (tls?.by !== 'lan') return undefined;
  const { addresses, names } = await houseNames(tls.host, houseNetwork);
  return [...addresses, ...names];
}

/** As PUBLIC_URL says; without it by the first name of a house that vouches for itself. Undefined where nobody has said. */
export async function originOf(targets: Reachable): Promise<string | undefined> {
  if (targets.publicUrl !== undefined) return targets.publicUrl;
  const names = await namesOf(targets);
  return names && originFor(undefined, names, targets.port);
}

/** Where plain http shows devices how to trust the house; undefined where they needn't be told. */
export async function doorOf(targets: Reachable): Promise<string | undefined> {
  const names = await namesOf(targets);
  const host = targets.publicUrl === undefined ? undefined : hostIn(targets.publicUrl);
  return names && originFor(host, names, targets.httpPort, 'http');
}
