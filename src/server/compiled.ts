/** What `npm start` runs: the server that the build has compiled, with what V8 has compiled of it at an earlier start. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runKept } from './process/kept-code.ts';
import type { start } from './start.ts';

const { dirname } = import.meta;
/** A CommonJS module without the first and last line that Node would add (bundling/server.ts): V8 keeps no code of ES modules. */
const filename = join(dirname, 'server.js');

const { value: run, keep } = runKept(filename, join(dirname, '../.compiled'));
const module: { exports: { start?: typeof start } } = { exports: {} };
const require = createRequire(filename);
if (typeof run === 'function')
  run(module, module.exports, require, { dirname, filename, url: pathToFileURL(filename).href });
if (!module.exports.start) throw new Error(`${filename} isn't what the build makes`);

await module.exports.start(() => {
  try {
    keep();
  } catch {
    // A folder that isn't ours to write, as in the image, costs only time.
  }
});
