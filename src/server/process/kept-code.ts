/**
 * Runs a script with what V8 has compiled of it at an earlier start. V8 compiles a function when it is first called, and
 * Node's own cache (`module.enableCompileCache`) keeps what was compiled before any was; this one is taken when all that a
 * start calls has been called.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { crc32 } from 'node:zlib';

export interface KeptScript {
  /** The value of the script. */
  value: unknown;
  /** Whether it was run with what had been kept. */
  isKept: boolean;
  /**
   * Keeps what is compiled by now for the next start, if nothing was.
   * @throws where the folder can't be written
   */
  keep(): void;
}

/** Before the code: checksums of it and of the script. Of the script V8 itself compares the length, of its own code nothing. */
const HEADER = 8;

function checksums(source: Buffer, code: Buffer): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(crc32(source), 0);
  header.writeUInt32LE(crc32(code), 4);
  return header;
}

function readCode(path: string, source: Buffer): Buffer | undefined {
  try {
    const kept = readFileSync(path);
    const code = kept.subarray(HEADER);
    return checksums(source, code).equals(kept.subarray(0, HEADER)) ? code : undefined;
  } catch {
    // There is none yet.
    return undefined;
  }
}

/**
 * @param path of a script in Latin-1; stacks and `import()` know it by its URL
 * @param folder where the code is kept, made if need be
 */
export function runKept(path: string, folder: string): KeptScript {
  const source = readFileSync(path);
  const file = join(folder, `${basename(path)}.code`);
  const code = readCode(file, source);
  const script = new Script(source.toString('latin1'), {
    filename: pathToFileURL(path).href,
    ...(code && { cachedData: code }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  // By another version of V8, or with other flags, it is rejected.
  const isKept = script.cachedDataRejected === false;
  return {
    value: script.runInThisContext(),
    isKept,
    keep() {
      if (isKept) return;
      const made = script.createCachedData();
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${file}.new`, Buffer.concat([checksums(source, made), made]));
      renameSync(`${file}.new`, file);
    },
  };
}
