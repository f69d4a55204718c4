/** Where the project's files lie, whether the server runs from src/ or compiled from dist/. */
import { extname, join } from 'node:path';

/** The project's folder: dist/server, where all that is compiled lies side by side, is as deep as src/server. */
export const ROOT = join(import.meta.dirname, '../..');

/**
 * The script of a child process, which lies beside the module that starts it.
 * @param module its `import.meta`
 */
export const scriptBeside = ({ dirname, filename }: ImportMeta, name: string): string =>
  join(dirname, name + extname(filename));
