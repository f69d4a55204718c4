/** Files: rows, bytes and the folders they are in. */
import type { FastifyBaseLogger } from 'fastify';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { CommitQueue } from '../database/commit-queue.ts';
import type { Database } from '../database/database.ts';
import { createFiles } from './files.ts';
import { createFolderStore } from './folder-store.ts';
import { createFolders } from './folders.ts';
import { createIntake } from './intake.ts';
import { createMedia } from './media.ts';
import { createPictures } from './pictures.ts';
import { createPortraits } from './portraits.ts';
import { createPosters } from './posters.ts';
import type { StoredFile } from './store.ts';
import { createFileStore } from './store.ts';
import { createSweep } from './sweep.ts';

export { LARGEST as LARGEST_FILE } from './intake.ts';
export { fileRoutes as registerFiles } from './routes.ts';

export type FileGround = {
  database: Database;
  queue: CommitQueue;
  clock: Clock;
  events: Events;
  config: Pick<Config, 'dataDir'>;
  log: FastifyBaseLogger;
  /** Whether somebody may see a file, now. */
  mayRead(file: StoredFile, user: number): boolean;
};

export function createFileParts({ database, queue, clock, events, config, log, mayRead }: FileGround) {
  const { dataDir } = config;
  const folders = createFolders({ store: createFolderStore(database), dataDir, events, log });
  const store = createFileStore(database);
  const files = createFiles({ store, folders, queue, mayRead, dataDir, clock, events });
  const [media, pictures] = [createMedia(), createPictures()];
  return {
    files,
    intake: createIntake(files, pictures, media),
    portraits: createPortraits(files, pictures),
    posters: createPosters(files, pictures),
    sweep: createSweep(files, clock, log),
    /** Ends the processes that look at files. */
    stopLooking(): void {
      pictures.stop();
      media.stop();
    },
  };
}
