/** A worker that keeps one recording on this device and sends it, unaffected by a busy page or a hidden tab. */
import { openOnDisk, removeFromDisk } from './file-store.ts';
import { createKeep } from './keep.ts';
import type { FromKeepWorker, ToKeepWorker } from './keep-client.ts';
import { createRequests } from './requests.ts';

const keep = createKeep({
  requests: (headers) => createRequests('', headers),
  disk: { open: openOnDisk, remove: removeFromDisk },
  say: (message: FromKeepWorker) => postMessage(message),
  close: () => close(),
});

addEventListener('message', ({ data }: MessageEvent<ToKeepWorker>) => void keep(data));
