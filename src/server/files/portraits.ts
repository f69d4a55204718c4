/** Makes a profile picture, a small square, from whatever picture a person chooses. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { personError } from '../http/errors.ts';
import type { Upload } from '../http/multipart.ts';
import type { Files } from './files.ts';
import type { Pictures } from './pictures.ts';

/** Pixels: twice what the largest circle takes in CSS. */
const SIDE = 256;
/** Bytes of an upload: more than phone cameras produce. */
const LARGEST = 30 * 1024 * 1024;

/** `refused` is the end of a key below `files.errors`. */
export type Portrait = { bytes: Buffer } | { refused: 'too-large' | 'notPicture' | 'folder-away' };

export function createPortraits(files: Files, pictures: Pictures) {
  return {
    /**
     * The picture as WebP, without location and device. The original isn't kept.
     * @throws an error for the person when the form breaks off
     */
    async make(owner: number, { stream }: Upload): Promise<Portrait> {
      if (!files.folders.check('uploads')) return { refused: 'folder-away' };
      // If a crash leaves it there, the sweep finds it.
      const path = join(files.folders.paths.uploads, `portrait-${randomBytes(16).toString('base64url')}`);
      const preview = `${path}.preview`;
      let size = 0;
      async function* measured(): AsyncGenerator<Buffer> {
        for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
          size += chunk.length;
          if (size > LARGEST) return;
          yield chunk;
        }
      }
      try {
        await pipeline(measured, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
        if (size > LARGEST) return { refused: 'too-large' };
        const facts = size > 0 ? await pictures.prepare(owner, { path, preview, side: SIDE }) : undefined;
        return facts?.size ? { bytes: await readFile(preview) } : { refused: 'notPicture' };
      } catch (error) {
        if (error === stream.errored) throw personError(400, 'errors.badRequest');
        throw error;
      } finally {
        await rm(path, { force: true });
        await rm(preview, { force: true });
      }
    },
  };
}

export type Portraits = ReturnType<typeof createPortraits>;
