/** Receives a file: streams it to disk within its limits, then determines what it is. Leaves nothing behind on failure. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { personError } from '../http/errors.ts';
import type { Upload } from '../http/multipart.ts';
import { LOOK_EVERY } from './disk-space.ts';
import type { FileRequest, Files } from './files.ts';
import type { Media } from './media.ts';
import { isMedia, showingOf, typeOf } from './media-types.ts';
import type { Pictures } from './pictures.ts';
import type { StorageRefusal } from './quota.ts';

/** Bytes of one file. Anything longer would need a way to continue after an interruption, as recordings have. */
export const LARGEST = 2 * 1024 ** 3;

/** `forbidden`: they may not put it there, or not any more. */
export type IntakeRefusal = StorageRefusal | 'empty' | 'too-large' | 'forbidden';

/** `may` is asked while it arrives, and once it has. */
export type IntakeRequest = FileRequest & { may(): boolean };

/** What it needs of an upload. */
type Received = Omit<Upload, 'next'>;

class Refused extends Error {
  readonly why: IntakeRefusal;
  constructor(why: IntakeRefusal) {
    super(why);
    this.why = why;
  }
}

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

export function createIntake(files: Files, pictures: Pictures, media: Media) {
  /** Writes the stream to `path`; the answer is the number of its bytes, which are on disk then. */
  async function write(
    id: string,
    path: string,
    { upload: { stream }, may }: { upload: Received; may: () => boolean },
  ): Promise<number> {
    let bytes = 0;
    let looked = 0;
    const look = async () => {
      looked = bytes;
      if (!may()) throw new Refused('forbidden');
      const refused = await files.grown(id, bytes);
      if (refused) throw new Refused(refused);
    };
    async function* measured(): AsyncGenerator<Buffer> {
      // A refused stream isn't destroyed: other files may follow it in the same form.
      for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
        bytes += chunk.length;
        if (bytes - looked >= LOOK_EVERY) await look();
        yield chunk;
      }
    }
    await pipeline(measured, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
    if (stream.truncated) throw new Refused('too-large');
    if (bytes === 0) throw new Refused('empty');
    await look();
    return bytes;
  }

  return {
    /**
     * @throws an error for the person when the form breaks off
     * @returns the file, complete, or why it isn't taken
     */
    async take(
      upload: Received,
      { may, ...request }: IntakeRequest,
    ): Promise<{ id: string } | { refused: IntakeRefusal }> {
      if (!may()) return { refused: 'forbidden' };
      const made = await files.create(request);
      if ('refused' in made) return made;
      const { id, path } = made;
      try {
        const received = await write(id, path, { upload, may });
        const found = await typeOf(path);
        const looked = isMedia(found) ? await media.look(path, found) : undefined;
        const type = looked?.type ?? found;
        const preview = files.previewPathOf({ id, kind: request.kind });
        const picture =
          showingOf(type) === 'picture'
            ? await pictures.prepare(request.owner, { path, preview })
            : undefined;
        // Examining it may have taken long too.
        if (!may()) throw new Refused('forbidden');
        await files.complete(id, {
          type,
          bytes: picture?.bytes ?? received,
          ...(picture?.size ?? looked?.size),
          ...(looked?.durationMs !== undefined && { durationMs: looked.durationMs }),
          hasPreview: picture?.size !== undefined,
          state: 'ready',
        });
        return { id };
      } catch (error) {
        await files.remove(id);
        if (error instanceof Refused) return { refused: error.why };
        if (isDiskFull(error)) return { refused: 'disk-full' };
        // The form broke off, or its sender did.
        if (error === upload.stream.errored) throw personError(400, 'errors.badRequest');
        throw error;
      }
    },
  };
}

export type Intake = ReturnType<typeof createIntake>;
