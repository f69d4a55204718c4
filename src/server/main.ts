/** What is started: the server, with what V8 has compiled of it at the last start. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Beside the bundle, and gone when that is built anew. A folder that isn't ours to write, as in the image, costs only time.
enableCompileCache(join(import.meta.dirname, '../../dist/.compiled'));
await import('./start.ts');
