/** Starts the server, and the bare programs it is compared with, each in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeArguments } from '../../test/helpers/npm-scripts.ts';
import { eventually } from '../../test/helpers/poll.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** A program that listens on 127.0.0.1. */
export type Running = { port: number; pid: number; output(): string; stop(): Promise<void> };

/** What all of them print once they listen, with the port. */
export const READY = /ready on http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/;

/** A folder on the disk that is measured (TMPDIR chooses it); the caller removes it. */
export const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'porchlight-bench-'));
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const tired = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(tired);
}

/** What every program gets, beside settings of its own. */
export const environmentWith = (settings: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  TMPDIR: tmpdir(),
  ...settings,
});

/**
 * Runs Node and waits until the script says where it is ready.
 * Its output goes to a file, as a service's log does: a pipe would make this process share the work.
 */
async function start(name: string, args: string[], settings: Record<string, string>): Promise<Running> {
  const folder = makeFolder();
  const log = join(folder, 'log');
  const file = openSync(log, 'w');
  // Two-core machines: the server gets what a family's machine would give it, nothing is pinned.
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: environmentWith(settings),
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  const output = () => readFileSync(log, 'utf8');
  const port = await eventually(
    `${name} to be ready`,
    () => {
      if (child.exitCode !== null) throw new Error(`${name} ended at once:\n${output()}`);
      return Number(READY.exec(output())?.[1]) || undefined;
    },
    20_000,
    output,
  );
  return {
    port,
    pid: child.pid ?? 0,
    output,
    stop: async () => {
      await stop(child);
      removeFolder(folder);
    },
  };
}

/** The settings of a server on a data folder; on any free port unless told. */
export const serverSettings = (dataDir: string, port = 0) => ({
  DATA_DIR: dataDir,
  HOST: '127.0.0.1',
  PORT: String(port),
});

/** Porchlight as `npm start` runs it, with its default settings. */
export const startServer = (dataDir: string, port = 0): Promise<Running> =>
  start('Porchlight', nodeArguments('start'), serverSettings(dataDir, port));

/** One of the programs in `bench/bare`. */
export const startBare = (file: string, ...args: string[]): Promise<Running> =>
  start(file, [`bench/bare/${file}`, ...args], { NODE_ENV: process.env.NODE_ENV ?? '' });
