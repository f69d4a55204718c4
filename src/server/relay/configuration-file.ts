/** Where the relay's files are, and its configuration on the disk. */
import { join } from 'node:path';
import { writePrivate } from '../tls/private-file.ts';

/** In the data folder. All of it is made anew at each start. */
export const RELAY_FOLDER = 'relay';

export const configurationPath = (folder: string): string => join(folder, 'turnserver.conf');

/** Closed to everyone else on the machine, because it holds the secret. */
export const writeConfiguration = (folder: string, text: string): void =>
  writePrivate(configurationPath(folder), text);
