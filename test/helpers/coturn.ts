/** A coturn with a configuration of the test's own, on loopback, where it relays from one client to another. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outsideAddress } from '../../src/server/relay/turn-client.ts';
import { makeUserDatabase, userDatabasePath } from '../../src/server/relay/user-database.ts';
import { eventually } from './poll.ts';
import { requireProgram } from './programs.ts';
import { freePort } from './proxy.ts';

export const TURN_SECRET = 'north-by-northwest';

export interface Coturn {
  port: number;
  /** For TLS, if it has a certificate. */
  securePort: number;
  /** Its database of users, where it looks for secrets that aren't in its configuration. */
  database: string;
  close(): Promise<void>;
}

/** @param lines of its configuration beside those that are needed here, or instead of them */
export async function startCoturn(
  lines = ['use-auth-secret', `static-auth-secret=${TURN_SECRET}`, 'allow-loopback-peers'],
  certificate?: { cert: string; key: string },
): Promise<Coturn> {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-coturn-'));
  const [port, securePort] = [await freePort(), await freePort()];
  // One that makes it itself may fail to, and then refuses everybody for good.
  await makeUserDatabase(folder);
  const database = userDatabasePath(folder);
  const tls = certificate
    ? [`tls-listening-port=${securePort}`, `cert=${certificate.cert}`, `pkey=${certificate.key}`]
    : ['no-tls'];
  const needed = [
    ...[
      'listening-ip=127.0.0.1',
      'relay-ip=127.0.0.1',
      `listening-port=${port}`,
      ...tls,
      'no-dtls',
      'no-cli',
    ],
    ...['realm=porchlight', 'min-port=50160', 'max-port=50559', 'log-file=stdout', 'simple-log'],
    ...[`userdb=${database}`, `pidfile=${join(folder, 'pid')}`],
  ];
  writeFileSync(join(folder, 'turnserver.conf'), [...needed, ...lines, ''].join('\n'));
  const child = spawn(requireProgram('turnserver'), ['-c', join(folder, 'turnserver.conf')], {
    cwd: folder,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  // A test run that is interrupted must not leave it behind.
  process.once('exit', kill);
  await eventually('the relay to answer', () =>
    outsideAddress({ transport: 'udp', host: '127.0.0.1', port }).catch(() => undefined),
  );
  return {
    port,
    securePort,
    database,
    async close() {
      process.off('exit', kill);
      kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
