/** A worker that sends what earlier visits left on this device: a tab was killed, a network didn't come back. */
import { keysOnDisk, openOnDisk, removeFromDisk } from './file-store.ts';
import type { FromLeftovers } from './leftovers.ts';
import { createRequests, type Pending, type Requests } from './requests.ts';
import { createSender } from './sender.ts';
import { reopenSpool, type Spool } from './spool.ts';

const say = (message: FromLeftovers): void => postMessage(message);

/** `busy` where another tab is still recording it; undefined where there is nothing. */
async function open(key: string): Promise<Spool | 'busy' | undefined> {
  try {
    return await reopenSpool(await openOnDisk(key));
  } catch {
    return 'busy';
  }
}

/** Resolves with whether it may be removed from this device. */
function send(spool: Spool, requests: Requests, message: string): Promise<boolean> {
  return new Promise((resolve) => {
    const sender = createSender(spool, requests, (state) => {
      if (state.name === 'sending' || state.name === 'away')
        return say({ type: 'sending', message, left: spool.end() - sender.sent(), all: spool.end() });
      // What comes before a gap is still sent.
      if (state.name === 'cut') return;
      if (state.name === 'refused' && state.message) say({ type: 'refused', message: state.message });
      sender.stop();
      resolve(state.name !== 'refused');
    });
    sender.nudge();
  });
}

/** @returns whether the recording is still on this device */
async function bring(
  key: string,
  requests: Requests,
  { me, message, recordings }: Pending,
): Promise<boolean> {
  const spool = await open(key);
  if (spool === 'busy') return true;
  if (!spool) {
    await removeFromDisk(key);
    return false;
  }
  const { owner, uploadUrl, arrived, length } = spool.label();
  // Not awaited any more: it is whole, or was deleted.
  const isOver = arrived === true && !recordings.some((recording) => recording.uploadUrl === uploadUrl);
  let mayGo = owner === me && (isOver || spool.end() === 0);
  if (owner === me && !mayGo) {
    if (length === undefined) spool.relabel({ length: spool.end() });
    mayGo = await send(spool, requests, message);
  }
  spool.close();
  if (mayGo) await removeFromDisk(key);
  return !mayGo;
}

/** One that can't be sent doesn't hold up the others. */
async function bringSafely(key: string, requests: Requests, pending: Pending): Promise<boolean> {
  try {
    return await bring(key, requests, pending);
  } catch (error) {
    console.warn('A recording could not be sent.', error);
    return true;
  }
}

addEventListener('message', async ({ data }: MessageEvent<Record<string, string>>) => {
  const requests = createRequests('', data);
  const keys = await keysOnDisk().catch(() => []);
  const pending = keys.length > 0 ? await requests.pending() : undefined;
  let kept = 0;
  for (const key of keys) {
    if (!pending || !('good' in pending)) kept += 1;
    else if (await bringSafely(key, requests, pending.good)) kept += 1;
  }
  say({ type: 'over', kept });
  close();
});
