/** Where a program is on this machine. */
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where packages put programs, also where the PATH of a service is a short one. */
const USUAL = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin'];

const foldersOf = (path = ''): string[] => [...path.split(delimiter).filter(isAbsolute), ...USUAL];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Its path; undefined if it isn't installed. */
export const findProgram = (name: string, folders = foldersOf(process.env.PATH)): string | undefined =>
  folders.map((folder) => join(folder, name)).find(isExecutable);
