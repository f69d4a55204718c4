/** `npm run admin -- COMMAND`: what an administrator does in a terminal, while the server runs or not. */
import { nameSources } from '../process/source-maps.ts';
import { readPassword } from './password-input.ts';
import { runAdmin } from './run.ts';

nameSources();
// What it creates is for the server's user only, like what the server creates.
process.umask(0o077);
process.exitCode = await runAdmin(process.argv.slice(2), process.env, {
  say: (text) => console.log(text),
  note: (text) => console.error(text),
  password: () => readPassword(process.stdin),
  interactive: process.stdout.isTTY,
});
