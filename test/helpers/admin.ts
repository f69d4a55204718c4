/** A terminal for tests: what was said, and a password that is "typed". */
import type { Terminal } from '../../src/server/cli/command.ts';
import { runAdmin } from '../../src/server/cli/run.ts';

export type Outcome = { code: number; said: string; noted: string };

/** Runs one command as the command line would, on the data in `dataDir`. */
export async function admin(
  dataDir: string,
  words: string[],
  more: { password?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const said: string[] = [];
  const noted: string[] = [];
  const terminal: Terminal = {
    say: (text) => void said.push(text),
    note: (text) => void noted.push(text),
    password: async () => more.password ?? 'a quiet evening',
    interactive: false,
  };
  const code = await runAdmin(words, { DATA_DIR: dataDir, ...more.env }, terminal);
  return { code, said: said.join('\n'), noted: noted.join('\n') };
}
