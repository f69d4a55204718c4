/** The commands that write everything into one file, and put it back. */
import { createReadStream, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { backupTo, summaryOf, writeBackup } from '../backup/backup.ts';
import { databaseIn } from '../backup/data-folder.ts';
import { restoreFrom } from '../backup/restore.ts';
import { AdminError, type Command, nameAt } from './command.ts';

export const backup: Command = {
  usage: 'FILE.tar',
  summary: 'Write everything into one file ("-": to standard output). The server can keep running.',
  names: 1,
  options: {},
  async run(given) {
    const { dataDir } = given.config;
    if (!existsSync(databaseIn(dataDir)))
      throw new AdminError(
        `There is no database in ${dataDir}. Set DATA_DIR to the data folder of Porchlight.`,
      );
    const name = nameAt(given, 0);
    if (name === '-') {
      if (given.terminal.interactive)
        throw new AdminError(
          'A backup is not for reading. Redirect it to a file: … backup - > porchlight.tar',
          2,
        );
      return given.terminal.note(summaryOf(await writeBackup(dataDir, process.stdout)));
    }
    const file = resolve(name);
    const summary = summaryOf(await backupTo(dataDir, file));
    given.terminal.say(
      `Everything is in ${file}. ${summary} Keep a copy on another machine, somewhere safe: it contains all messages.`,
    );
  },
};

export const restore: Command = {
  usage: 'FILE.tar [--force]',
  summary: 'Restore a backup ("-": from standard input). Stop the server first.',
  names: 1,
  options: { force: { type: 'boolean' } },
  async run(given) {
    const { config, terminal, options } = given;
    const name = nameAt(given, 0);
    if (name !== '-' && !existsSync(resolve(name)))
      throw new AdminError(`There is no file ${resolve(name)}. Check the name.`);
    const source = name === '-' ? process.stdin : createReadStream(resolve(name));
    const replaced = await restoreFrom(source, config.dataDir, options.force === true);
    terminal.say(`Restored into ${config.dataDir}. You can start Porchlight now.`);
    if (replaced) terminal.say(`What was there before is in ${replaced}. Delete it when you are sure.`);
  },
};
