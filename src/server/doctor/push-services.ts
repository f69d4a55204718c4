/**
 * The push services of this house's devices, asked by the way that a push goes. They are asked for nothing: what a browser has
 * named is used for its host alone, so no device wakes.
 */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Deliver } from '../push/delivery.ts';
import { codeOf } from './ask.ts';
import type { Targets } from './targets.ts';

/** Those with most devices: anybody here may name as many as they like. */
const MOST = 4;

/** `failed`: the code of what went wrong. `ahead`: how far its clock is before ours, in ms. */
export type AskedService = { host: string } & ({ ahead: number | undefined } | { failed: string });

/** @returns `undefined` where the database can't be read, or has no room for subscriptions yet */
function endpointsIn(dataDir: string): string[] | undefined {
  let database: Sqlite.Database | undefined;
  try {
    database = new Sqlite(join(dataDir, 'porchlight.db'), { readonly: true, fileMustExist: true });
    return database.prepare<[], string>('SELECT endpoint FROM push_subscriptions').pluck().all();
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) return undefined;
    throw error;
  } finally {
    database?.close();
  }
}

function mostUsed(endpoints: string[]): string[] {
  const devices = new Map<string, number>();
  for (const endpoint of endpoints) {
    const { host } = new URL(endpoint);
    devices.set(host, (devices.get(host) ?? 0) + 1);
  }
  const byDevices = [...devices].sort(([, one], [, other]) => other - one);
  return byDevices.slice(0, MOST).map(([host]) => host);
}

async function askService(host: string, deliver: Deliver): Promise<AskedService> {
  const headers = { 'Content-Length': 0 };
  try {
    const { date } = await deliver({ url: new URL(`https://${host}/`), headers, body: Buffer.alloc(0) });
    return { host, ahead: date === undefined ? undefined : date - Date.now() };
  } catch (error) {
    return { host, failed: codeOf(error) };
  }
}

/** @returns what came of each; `undefined` where nobody knows which there are */
export async function askPushServices(
  { dataDir }: Pick<Targets, 'dataDir'>,
  deliver: Deliver,
): Promise<AskedService[] | undefined> {
  const endpoints = endpointsIn(dataDir);
  return endpoints && Promise.all(mostUsed(endpoints).map((host) => askService(host, deliver)));
}
