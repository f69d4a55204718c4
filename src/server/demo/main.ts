/** `npm run demo`: a sample family in a folder of its own, made anew at each start, and the server on it. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { databaseIn, isOpenElsewhere } from '../backup/data-folder.ts';
import { ROOT } from '../paths.ts';
import { PASSWORD, PEOPLE } from './family.ts';
import { populateDemo } from './populate.ts';

// Never DATA_DIR: this folder is emptied, and nobody's own family may be in it.
const folder = join(ROOT, 'demo-data');

if (existsSync(databaseIn(folder)) && isOpenElsewhere(databaseIn(folder))) {
  console.error('The demo is running already. Use that one, or stop it first.');
  process.exit(1);
}
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true, mode: 0o700 });
await populateDemo(folder, Date.now());

const widest = Math.max(...PEOPLE.map(({ username }) => username.length));
console.log(
  [
    'A sample family. Sign in as one of them, and in another browser as another:',
    ...PEOPLE.map(
      ({ username, displayName }, index) =>
        `  ${username.padEnd(widest)}  ${displayName}${index === 0 ? ' (the owner)' : ''}`,
    ),
    `The password is "${PASSWORD}" for all of them. What you change is gone at the next start of the demo.`,
  ].join('\n'),
);

process.env.DATA_DIR = folder;
process.env.LOG_LEVEL ??= 'warn';
await import('../main.ts');
