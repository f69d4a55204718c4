/** A real server: its own process, port and data folder, so that it can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { eventually } from './poll.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Server {
  /** Scheme, host and port, without a slash at the end. The same after a restart. */
  readonly origin: string;
  readonly port: number;
  readonly dataDir: string;
  /** The one-time link of the first start. */
  setupLink(): string;
  /** Everything the server has printed, over all its starts. */
  log(): string;
  /** SIGKILL: what a power cut leaves of the process. */
  kill9(): Promise<void>;
  /** SIGTERM; resolves with the exit code when the server has closed with grace. */
  stop(): Promise<number | null>;
  /** Starts it again on the same port and data, whether it was killed or stopped. Nothing happens while it runs. */
  start(): Promise<void>;
  /** Ends the server if it runs and removes its data. */
  remove(): Promise<void>;
}

/** The environment of everything that touches one server's data: no setting of the machine leaks in. */
export const serverEnvironment = (dataDir: string, overrides: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TZ: process.env.TZ,
  DATA_DIR: dataDir,
  HOST: 'localhost',
  LOG_LEVEL: 'info',
  ...overrides,
});

/** Also one whose disk is full serves: that it isn't healthy is an answer. */
const isServing = async (origin: string) => {
  try {
    await (await fetch(`${origin}/healthz`)).body?.cancel();
    return true;
  } catch {
    return false;
  }
};

/** What runs as the server: arguments of Node, and the folder that paths in them are relative to. */
export interface Program {
  folder: string;
  start: string[];
}

/** What `npm start` runs, which starts in half the time of the sources; installed.ts has what the image holds. */
const COMPILED: Program = { folder: ROOT, start: manifest.scripts.start.split(' ').slice(1) };

/** Starts a server on a free port with empty data and waits until it can serve. */
export const startServer = async (
  environment: Record<string, string> = {},
  program = COMPILED,
): Promise<Server> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'porchlight-data-'));
  let output = '';
  let port = 0;
  let child: ChildProcess | undefined;

  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  const end = async (signal: NodeJS.Signals) => {
    if (child === undefined || !isRunning()) return null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  };

  const start = async () => {
    if (isRunning()) return;
    const from = output.length;
    const started = spawn(process.execPath, program.start, {
      cwd: program.folder,
      env: serverEnvironment(dataDir, { ...environment, PORT: String(port) }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    await eventually(
      'the server to be ready',
      async () => {
        if (started.exitCode !== null) throw new Error(`The server ended:\n${output.slice(from)}`);
        const said = output.slice(from);
        // Only this line names the server's own port: the others, which may come before it, name the address
        // that people use, which may be a proxy's. The last of them stands behind the setup link.
        const address = /listening at [^\s"]+:(\d+)/.exec(said);
        if (address?.[1] === undefined || !said.includes('Porchlight is ready on')) return false;
        port = Number(address[1]);
        return isServing(`http://localhost:${port}`);
      },
      20_000,
      () => output.slice(from),
    );
  };

  // A test run that is interrupted must not leave servers behind.
  const onExit = () => child?.kill('SIGKILL');
  process.once('exit', onExit);

  await start();
  return {
    origin: `http://localhost:${port}`,
    port,
    dataDir,
    setupLink: () => {
      const link = /https?:\/\/[^\s"]+\/setup\?code=[\w-]+/.exec(output)?.[0];
      if (link === undefined) throw new Error(`No setup link in:\n${output}`);
      const { pathname, search } = new URL(link);
      return `http://localhost:${port}${pathname}${search}`;
    },
    log: () => output,
    kill9: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
    start,
    remove: async () => {
      await end('SIGKILL');
      process.off('exit', onExit);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
