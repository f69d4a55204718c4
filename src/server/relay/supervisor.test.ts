/** Programs that end, and those that don't, with a clock in the test's hands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from '../../../test/helpers/clock.ts';
import { eventually, pause } from '../../../test/helpers/poll.ts';
import { createSupervisor, type Prepared, type Supervisor } from './supervisor.ts';

let folder: string;
let clock: FakeClock;
/** What was logged, and how long each pause was that followed. */
let logged: string[];
let pauses: number[];
let heard: string[];
let failed: unknown[];
let supervisors: Supervisor[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-supervisor-'));
  clock = fakeClock();
  [logged, pauses, heard, failed, supervisors] = [[], [], [], [], []];
});
afterEach(async () => {
  for (const supervisor of supervisors) await supervisor.stop();
  rmSync(folder, { recursive: true });
});

/** A program whose source is for the shell; it writes its number into the file `started` first. */
function programOf(source: string): string {
  const path = join(folder, 'program');
  writeFileSync(path, `#!/bin/sh\necho $$ >> ${folder}/started\n${source}\n`, { mode: 0o755 });
  return path;
}

/** The processes it was started as, one after the other. The file is there before the first number is. */
function started(): number[] {
  try {
    return readFileSync(join(folder, 'started'), 'utf8').split('\n').slice(0, -1).map(Number);
  } catch {
    return [];
  }
}

/** Also one that has ended and whose parent hasn't asked is gone: it has no command any more. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

function attempt(_what: string, work: () => unknown): void {
  void Promise.resolve()
    .then(work)
    .catch((error) => failed.push(error));
}

const READY = async (): Promise<Prepared> => ({ args: [], write() {} });

function supervise(source: string, prepare = READY): Supervisor {
  const supervisor = createSupervisor({
    ...{ program: programOf(source), folder, prepare },
    hear: (line) => heard.push(line),
    clock: {
      ...clock,
      at(moment, run) {
        pauses.push(moment - clock.now());
        return clock.at(moment, run);
      },
    },
    background: { attempt },
    log: { info() {}, warn: (_: unknown, words?: unknown) => void logged.push(String(words)) },
  });
  supervisors.push(supervisor);
  supervisor.start();
  return supervisor;
}

const SLEEP = 'exec sleep 1000';

/** Waits for the pause after the next failure, and lets it pass. */
async function passPause(count: number): Promise<void> {
  await eventually(`pause ${count}`, () => pauses.length === count);
  clock.advance(pauses.at(-1) ?? 0);
}

test('what it prints is heard line by line, without those that never end', async () => {
  const long = `head -c 100000 /dev/zero | tr '\\0' x; echo; printf '%0600d\\n' 7`;
  supervise(`printf 'one\\ntwo'; echo; ${long}; echo wrong >&2; ${SLEEP}`);
  await eventually('all lines', () => heard.length === 5);
  expect(heard).toContain('wrong');
  const rest = heard.filter((line) => line !== 'wrong');
  expect(rest.map((line) => line.slice(0, 3))).toEqual(['one', 'two', 'xxx', '000']);
  expect(Math.max(...heard.map((line) => line.length))).toBe(500);
});

test('it is started again after pauses that grow up to a minute, and one line in the log tells of it', async () => {
  const supervisor = supervise('exit 3');
  expect(supervisor.isCountedOn()).toBe(true);
  for (let count = 1; count <= 8; count += 1) await passPause(count);
  await eventually('the last end', () => pauses.length === 9);
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
  expect(logged).toEqual(['The relay has ended (exit status 3), and is started again.']);
  expect(supervisor.isCountedOn()).toBe(false);
});

test('nothing is started before its pause is over', async () => {
  supervise('exit 3');
  await eventually('the first end', () => pauses.length === 1);
  clock.advance(999);
  expect(started()).toHaveLength(1);
  clock.advance(1);
  await eventually('the second start', () => started().length === 2);
});

test('one that has run for a while is started again at once, as if it were the first time', async () => {
  const supervisor = supervise(`test -e ${folder}/good || exit 1; ${SLEEP}`);
  for (let count = 1; count <= 3; count += 1) await passPause(count);
  await eventually('four ends', () => pauses.length === 4);
  writeFileSync(join(folder, 'good'), '');
  clock.advance(pauses.at(-1) ?? 0);
  await eventually('it runs', () => isRunning(started()[4] ?? 0));
  expect(supervisor.isCountedOn()).toBe(false);
  clock.advance(10_000);
  expect(supervisor.isCountedOn()).toBe(true);
  process.kill(started()[4] ?? 0, 'SIGKILL');
  await eventually('its end', () => pauses.length === 5);
  expect(pauses.at(-1)).toBe(1000);
  expect(logged.at(-1)).toBe('The relay has ended (SIGKILL), and is started again.');
  expect(supervisor.isCountedOn()).toBe(true);
});

test('an obstacle is told once, and looked at again until it is gone', async () => {
  let obstacle: string | undefined = 'The port is taken.';
  supervise(SLEEP, async () => (obstacle === undefined ? READY() : { obstacle }));
  for (let count = 1; count <= 3; count += 1) await passPause(count);
  await eventually('the fourth look', () => pauses.length === 4);
  expect(logged).toEqual(['The port is taken.']);
  expect(started()).toEqual([]);
  obstacle = undefined;
  clock.advance(pauses.at(-1) ?? 0);
  await eventually('the start', () => started().length === 1);
});

test('what fails before the start is reported, and tried again', async () => {
  let disk = 'full';
  const write = () => {
    if (disk === 'full') throw new Error('no space left');
  };
  supervise(SLEEP, async () => ({ args: [], write }));
  await eventually('a pause', () => pauses.length === 1);
  await eventually('the report', () => failed.length === 1);
  disk = 'empty';
  clock.advance(1000);
  await eventually('the start', () => started().length === 1);
  expect(failed).toHaveLength(1);
});

test('a program that is gone by then can be missed, too', async () => {
  const supervisor = supervise(SLEEP);
  rmSync(join(folder, 'program'));
  await eventually('the failure', () => logged.length === 1);
  expect(logged[0]).toMatch(/exit status 12[67]/);
  await supervisor.stop();
});

test('a restart is no failure, and a signal arrives at the program itself', async () => {
  const supervisor = supervise(`trap 'echo renewed' USR2; echo ready; while :; do sleep 0.05; done`);
  await eventually('it runs', () => heard.includes('ready'));
  supervisor.signal('SIGUSR2');
  await eventually('the signal', () => heard.includes('renewed'));
  supervisor.restart();
  await eventually('the second', () => heard.filter((line) => line === 'ready').length === 2);
  expect(pauses).toEqual([]);
  expect(logged).toEqual([]);
  expect(isRunning(started()[0] ?? 0)).toBe(false);
});

test('it ends with the supervisor, who starts no other', async () => {
  const supervisor = supervise(SLEEP);
  await eventually('it runs', () => isRunning(started()[0] ?? 0));
  await supervisor.stop();
  expect(isRunning(started()[0] ?? 0)).toBe(false);
  expect(pauses).toEqual([]);
  supervisor.restart();
  supervisor.signal('SIGUSR2');
  await supervisor.stop();
});

test('stopped while it waits, or before it could start, it stays away', async () => {
  let preparations = 0;
  const waiting = supervise('exit 3', () => {
    preparations += 1;
    return READY();
  });
  await eventually('its end', () => pauses.length === 1);
  await waiting.stop();
  clock.advance(120_000);
  await pause(0);
  expect(preparations).toBe(1);
  const write = () => void failed.push('written');
  let prepared: (() => void) | undefined;
  const preparing = supervise(
    SLEEP,
    () =>
      new Promise((resolve) => {
        prepared = () => resolve({ args: [], write });
      }),
  );
  const finish = await eventually('the preparation', () => prepared);
  await preparing.stop();
  finish();
  await pause(0);
  expect(started()).toHaveLength(1);
  expect(failed).toEqual([]);
});

test('nothing of it is left when the process that holds it is killed', async () => {
  const program = programOf(SLEEP);
  const holder = `
    import { createSupervisor } from ${JSON.stringify(join(import.meta.dirname, 'supervisor.ts'))};
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../clock.ts'))};
    createSupervisor({
      program: ${JSON.stringify(program)},
      folder: ${JSON.stringify(folder)},
      prepare: async () => ({ args: [], write() {} }),
      hear() {},
      clock: systemClock,
      background: { attempt: (what, work) => work() },
      log: console,
    }).start();
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', holder], { stdio: 'ignore' });
  const pid = await eventually('the program', () => started()[0]);
  await eventually('it runs', () => isRunning(pid));
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  await eventually('its end', () => !isRunning(pid));
});

test('neither is a watcher when the program has ended', async () => {
  // A watcher is still the shell that the program was started with, and has its words.
  const watchers = () =>
    readdirSync('/proc').filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`\0sh\0${folder}/program\0`);
      } catch {
        return false;
      }
    });
  const supervisor = supervise(SLEEP);
  await eventually('it runs', () => isRunning(started()[0] ?? 0));
  expect(watchers()).toHaveLength(1);
  supervisor.restart();
  await eventually('the second', () => isRunning(started()[1] ?? 0));
  await eventually('one watcher', () => watchers().length === 1);
  process.kill(started()[1] ?? 0, 'SIGKILL');
  await eventually('none', () => watchers().length === 0);
});
