/** Keeps a program running: starts it again when it ends, with pauses that grow, and ends it with us. */
import type { FastifyBaseLogger } from 'fastify';
import type { Background } from '../background/background.ts';
import type { Clock } from '../clock.ts';
import { type Attached, attach } from './attached.ts';

/** ms until it is started again; each following pause is twice as long, up to the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** ms for which it must have run until what went wrong before is forgotten. */
const STEADY = 10_000;

/** `obstacle`: a sentence about what keeps it from starting now. `write` is called right before it starts. */
export type Prepared = { obstacle: string } | { args: string[]; write(): void };

export type SupervisorParts = {
  program: string;
  folder: string;
  /** Called before each start. */
  prepare(): Promise<Prepared>;
  hear(line: string): void;
  clock: Clock;
  background: Pick<Background, 'attempt'>;
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
};

export function createSupervisor(parts: SupervisorParts) {
  const { program, folder, prepare, hear, clock, background, log } = parts;
  let child: Attached | undefined;
  let startedAt = 0;
  /** How often in a row it couldn't be started, or ended soon. */
  let failures = 0;
  let logged = '';
  let isRestart = false;
  let isStopped = false;
  let cancel = () => {};
  let released = () => {};

  const begin = () => background.attempt('starting the relay', start);
  const isSteady = () => child !== undefined && clock.monotonic() - startedAt >= STEADY;

  function again(why: string): void {
    const pause = Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE);
    failures += 1;
    // A port may be taken for days, and one line about it is enough.
    if (why !== logged) log.warn({ next: pause }, why);
    logged = why;
    cancel = clock.at(clock.now() + pause, begin);
  }

  function ended(how: string): void {
    if (isSteady()) {
      failures = 0;
      logged = '';
    }
    child = undefined;
    released();
    if (isStopped) return;
    if (isRestart) begin();
    else again(`The relay has ended (${how}), and is started again.`);
    isRestart = false;
  }

  async function start(): Promise<void> {
    try {
      const prepared = await prepare();
      if (isStopped) return;
      if ('obstacle' in prepared) return again(prepared.obstacle);
      prepared.write();
      startedAt = clock.monotonic();
      child = attach({
        ...{ program, folder, hear, args: prepared.args },
        ended: (how) => background.attempt('ending the relay', () => ended(how)),
      });
      log.info({ program }, 'the relay was started');
    } catch (error) {
      if (!isStopped) again("The relay couldn't be started, and is tried again.");
      throw error;
    }
  }

  return {
    start: begin,
    /** Ends it and starts it anew. Whatever waits for its next start anyway goes on waiting. */
    restart(): void {
      if (!child) return;
      isRestart = true;
      child.kill('SIGKILL');
    },
    signal: (signal: NodeJS.Signals): void => child?.kill(signal),
    /** Whether it runs, or will within a second: one that keeps ending isn't counted on. */
    isCountedOn: (): boolean => failures < 2 || isSteady(),
    /** Resolves when it has ended. It has nothing to save: what it relays ends in any case. */
    async stop(): Promise<void> {
      isStopped = true;
      cancel();
      if (!child) return;
      const gone = new Promise<void>((resolve) => {
        released = resolve;
      });
      child.kill('SIGKILL');
      await gone;
    },
  };
}

export type Supervisor = ReturnType<typeof createSupervisor>;
