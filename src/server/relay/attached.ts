/**
 * Starts a program that ends with this process, also if this one is killed. Node can't ask the kernel for that
 * (PR_SET_PDEATHSIG), but the kernel closes a pipe when whoever holds its other end is gone. So a shell leaves a watcher
 * behind that reads from such a pipe and kills the program at its end.
 */
import { spawn } from 'node:child_process';
import { type Readable, Writable } from 'node:stream';

/**
 * The shell turns into the program (`exec`), so its process is the program's: signals and exit status need nobody to pass them
 * on. `$$` is that process in the watcher, too (POSIX, Shell Command Language §2.5.2). A line in the pipe sends the watcher
 * home: the program has ended, and its number may be another's by now.
 */
const SCRIPT = `(trap '' HUP INT TERM; read -r line <&3 || kill -KILL $$) >/dev/null 2>&1 &
exec "$@" 3<&-`;

/** Characters of a line that are passed on. */
const LONGEST_LINE = 500;

export type Attached = { kill(signal: NodeJS.Signals): void };

export type ToAttach = {
  program: string;
  args: string[];
  /** Where it runs. */
  folder: string;
  /** Called with each line that it prints. */
  hear(line: string): void;
  /** Called once. @param how for the log */
  ended(how: string): void;
};

function readLines(stream: Readable, hear: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) if (line !== '') hear(line.slice(0, LONGEST_LINE));
  });
}

export function attach({ program, args, folder, hear, ended }: ToAttach): Attached {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', program, ...args], {
    cwd: folder,
    // Nothing in ours is for it.
    env: {},
    // A session of its own: Ctrl+C is for us, who end it in turn.
    detached: true,
    // The last is the watcher's. Standard input won't do for it: Node destroys that before it says that the program has ended.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  child.on('error', ({ message }) => {
    // Else it is about a signal that couldn't be sent, and the program runs on.
    if (child.pid === undefined) ended(message);
  });
  const { stdout, stderr } = child;
  const tie = child.stdio[3];
  // Without a process there may be no streams either.
  if (child.pid === undefined || !stdout || !stderr || !(tie instanceof Writable)) return { kill() {} };
  child.once('exit', (code, signal) => {
    tie.end('\n', () => tie.destroy());
    ended(signal === null ? `exit status ${code}` : signal);
  });
  // Where the watcher was killed, nobody reads the line.
  tie.on('error', () => {});
  readLines(stdout, hear);
  readLines(stderr, hear);
  return { kill: (signal) => void child.kill(signal) };
}
