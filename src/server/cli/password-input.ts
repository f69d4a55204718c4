/** Reads a password without showing it, and without leaving it in the shell's history. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AdminError } from './command.ts';

type Input = NodeJS.ReadableStream & { isTTY?: boolean };

/** The next line, or `undefined` when the input ends before one. Where there is a `question`, nothing is shown. */
async function readLine(input: Input, question?: string): Promise<string | undefined> {
  // readline echoes what is typed to its output, so the output is a hole.
  const hole = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: hole, terminal: question !== undefined });
  lines.once('SIGINT', () => process.exit(130));
  const ended = once(lines, 'close').then(() => undefined);
  // Asked only now: from here on the terminal itself doesn't echo either.
  if (question !== undefined) process.stderr.write(question);
  const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), ended]);
  lines.close();
  return line;
}

async function prompt(input: Input, question: string): Promise<string> {
  const line = await readLine(input, question);
  process.stderr.write('\n');
  if (line === undefined) throw new AdminError('Nothing was typed, so nothing was changed.');
  return line;
}

/**
 * The first line of `input`; at a terminal it is asked for twice.
 * @throws {AdminError} when nothing comes, or the two differ
 */
export async function readPassword(input: Input): Promise<string> {
  if (input.isTTY) {
    const password = await prompt(input, 'Password: ');
    if ((await prompt(input, 'Once more: ')) !== password)
      throw new AdminError('The two passwords differ, so nothing was changed. Run the command again.');
    return password;
  }
  const line = await readLine(input);
  if (!line)
    throw new AdminError(
      'The password is read from standard input, and nothing came. Run the command in a terminal, or pipe the password in.',
    );
  return line;
}
