/** The machine that was measured: a ratio without it is half a figure. */
import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import Sqlite from 'better-sqlite3';
import { findProgram } from '../../test/helpers/programs.ts';

function chromiumVersion(): string {
  const program = findProgram('chromium');
  if (!program) return 'no Chromium';
  const output = execFileSync(program, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return `Chromium ${/[\d.]+/.exec(output)?.[0] ?? 'of unknown version'}`;
}

function sqliteVersion(): string {
  const database = new Sqlite(':memory:');
  const version = database.prepare('SELECT sqlite_version()').pluck().get();
  database.close();
  return `SQLite ${version}`;
}

/** The load of the last fifteen minutes, which the benches themselves are part of. */
const load = (): string => `load ${loadavg().at(-1)?.toFixed(1)}`;

export const describeMachine = (): string =>
  [
    `${cpus()[0]?.model.trim() ?? arch()}, ${cpus().length} cores`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${platform()} ${release()}`,
    `Node ${process.versions.node}`,
    chromiumVersion(),
    sqliteVersion(),
    load(),
  ].join(' · ');
