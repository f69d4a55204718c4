/** What the scripts of package.json run, so that tests and benches run the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

const Package = v.object({ scripts: v.record(v.string(), v.string()) });
const PATH = join(import.meta.dirname, '../../package.json');

/** The arguments that `npm run <script>` gives to Node; paths in them are relative to the project's folder. */
export function nodeArguments(script: string): string[] {
  const { scripts } = v.parse(Package, JSON.parse(readFileSync(PATH, 'utf8')));
  const [program, ...args] = scripts[script]?.split(' ') ?? [];
  if (program !== 'node') throw new Error(`"npm run ${script}" doesn't run Node itself.`);
  return args;
}
