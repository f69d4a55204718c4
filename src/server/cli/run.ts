/** Finds the requested command, runs it, and turns what goes wrong into a sentence. */
import { parseArgs } from 'node:util';
import { BackupError } from '../backup/error.ts';
import { ConfigError, readConfig } from '../config.ts';
import { backup, restore } from './archives.ts';
import { AdminError, type Command, type Terminal } from './command.ts';
import { doctor } from './doctor.ts';
import { inviteSomebody } from './invite.ts';
import { befriend, createUser, listUsers, newPassword, rename } from './people.ts';

const COMMANDS = new Map<string, Command>([
  ['create-user', createUser],
  ['list-users', listUsers],
  ['invite', inviteSomebody],
  ['reset-password', newPassword],
  ['rename', rename],
  ['befriend', befriend],
  ['backup', backup],
  ['restore', restore],
  ['doctor', doctor],
]);

const HELP = [
  'npm run admin -- COMMAND …',
  '',
  ...[...COMMANDS].flatMap(([name, { usage, summary }]) => [
    `  ${name} ${usage}`.trimEnd(),
    `      ${summary}`,
  ]),
  '',
  'The environment is the same as for the server: DATA_DIR says where the data is (./data), PUBLIC_URL',
  'how people reach it. For scripts: npm run --silent admin -- …, which leaves out the lines of npm itself.',
].join('\n');

const SEE_HELP = 'Run "npm run admin -- help" to see all commands.';

/** The words of a command line as a command and what it was given. */
function parse(command: Command, name: string, words: string[]) {
  const { positionals, values } = parseArgs({
    args: words,
    options: command.options,
    allowPositionals: true,
    strict: true,
  });
  if (positionals.length !== command.names)
    throw new AdminError(`Usage: npm run admin -- ${name} ${command.usage}`.trimEnd(), 2);
  return { names: positionals, options: values };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** What went wrong and what to do, or `undefined` for what nobody has thought of. */
function explain(error: unknown, dataDir: string): { words: string; exitCode: number } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  if (error instanceof AdminError) return { words: message, exitCode: error.exitCode };
  if (error instanceof BackupError || error instanceof ConfigError) return { words: message, exitCode: 1 };
  const code = codeOf(error);
  if (code.startsWith('ERR_PARSE_ARGS_'))
    return { words: `${message.split('. ')[0]}. ${SEE_HELP}`, exitCode: 2 };
  if (code.startsWith('SQLITE_BUSY'))
    return { words: 'The database is busy. Try again in a moment.', exitCode: 1 };
  if (code === 'SQLITE_FULL' || code === 'ENOSPC')
    return { words: 'The disk is full. Make room, then try again; nothing was changed.', exitCode: 1 };
  if (['EACCES', 'EPERM', 'EROFS', 'SQLITE_CANTOPEN', 'SQLITE_READONLY'].includes(code))
    return {
      words: `${dataDir} or the file can't be used (${message}). Run this as the user that the server runs as.`,
      exitCode: 1,
    };
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return { words: `The database is damaged (${message}). Restore a backup.`, exitCode: 1 };
  return undefined;
}

/**
 * Runs one command.
 * @param words the command line without program and script
 * @returns the exit code: 0 done, 1 it couldn't be done, 2 it wasn't understood
 */
export async function runAdmin(
  words: string[],
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<number> {
  const [name = '', ...rest] = words;
  if (['help', '--help', '-h'].includes(name) || rest.includes('--help')) {
    terminal.say(HELP);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (!command) {
    terminal.note(name ? `There is no command "${name}". ${SEE_HELP}` : HELP);
    return 2;
  }
  let dataDir = '';
  try {
    const parsed = parse(command, name, rest);
    const config = readConfig(environment);
    dataDir = config.dataDir;
    await command.run({ config, terminal, ...parsed });
    return 0;
  } catch (error) {
    const known = explain(error, dataDir);
    if (!known) throw error;
    terminal.note(known.words);
    return known.exitCode;
  }
}
