/** What the doctor's checks are given in tests, and what they found. */
import type { AddressInfo, Server } from 'node:net';
import { readConfig } from '../../src/server/config.ts';
import type { Finding } from '../../src/server/doctor/findings.ts';
import { type Targets, targetsOf } from '../../src/server/doctor/targets.ts';
import type { House } from './house.ts';

/** The port of a server that listens. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return address.port;
}

/** Of a house on loopback, once it listens; with settings that it doesn't have itself. */
export const targetsFor = ({ app, dataDir }: House, environment: Record<string, string> = {}): Targets =>
  targetsOf(readConfig({ DATA_DIR: dataDir, HOST: '127.0.0.1', ...environment }), portOf(app.server));

/** By their codes. */
export const codesOf = (findings: Pick<Finding, 'code'>[]): string[] => findings.map(({ code }) => code);
