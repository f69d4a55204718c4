/** Recordings: receiving them in chunks, and making them playable. */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import { createFinishing } from './finishing.ts';
import { createMaker } from './playable.ts';
import { type PosterParts, posterRoutes } from './poster-routes.ts';
import { createRecordings, type RecordingParts as RuleParts } from './recordings.ts';
import { type RecordingParts, recordingRoutes } from './routes.ts';
import { createRecordingStore } from './store.ts';
import { type UploadParts, uploadRoutes } from './upload-routes.ts';

/** To be started once the server is ready: until then nothing is resumed. */
export function createRecordingParts(
  parts: Omit<RuleParts, 'store'> & { database: Database; log: FastifyBaseLogger },
) {
  const { database, files, queue, clock, log } = parts;
  const store = createRecordingStore(database);
  return {
    recordings: createRecordings({ ...parts, store }, (finished) =>
      createFinishing({ store, files, queue, clock, finished, maker: createMaker(), log }),
    ),
  };
}

export function registerRecordings(
  app: FastifyInstance,
  parts: RecordingParts & UploadParts & PosterParts,
): void {
  recordingRoutes(app, parts);
  uploadRoutes(app, parts);
  posterRoutes(app, parts);
}
