/** What is started: the server, with what V8 has compiled of it at an earlier start. */
import { readdirSync } from 'node:fs';
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { join } from 'node:path';

// Beside the bundle, and gone when that is built anew. A folder that isn't ours to write, as in the image, costs only time.
enableCompileCache(join(import.meta.dirname, '../../dist/.compiled'));
const kept = getCompileCacheDir();
// What is kept of a file is what V8 compiles when it first reads it: once, that is all of it instead of what runs first.
const isFirst = kept !== undefined && readdirSync(kept).length === 0;
if (isFirst) (await import('node:v8')).setFlagsFromString('--no-lazy');
await import('./start.ts');
if (isFirst) (await import('node:v8')).setFlagsFromString('--lazy');
