/** A worker that keeps one recording on this device and sends it: where a busy page and a hidden tab don't reach. */
import { openInMemory, openOnDisk, removeFromDisk } from './folder.ts';
import type { FromKeeper, ToKeeper } from './keeper.ts';
import { createRequests, type Requests } from './requests.ts';
import { createSender, type Sender, type SenderState } from './sender.ts';
import { beginSpool, type Label, type Spool } from './spool.ts';

/** A server that doesn't answer by then is away, and the recording begins without it. */
const ANSWER_MS = 4000;

let requests: Requests;
let spool: Spool;
let sender: Sender;
let poster: Blob | undefined;
let onDisk = false;
/** Without room nothing more is added: what comes after a hole could not be played. */
let isBroken = false;
let queue = Promise.resolve();

const say = (message: FromKeeper): void => postMessage(message);

/** Each thing finds the one before it done. */
function enqueue(work: () => Promise<void>): void {
  queue = queue.then(work).catch((error: unknown) => {
    isBroken = true;
    say({ type: 'failed', full: error instanceof DOMException && error.name === 'QuotaExceededError' });
  });
}

async function openFor(label: Label): Promise<Spool> {
  try {
    const opened = await beginSpool(await openOnDisk(label.key), label);
    onDisk = true;
    return opened;
  } catch {
    return beginSpool(openInMemory(), label);
  }
}

async function begin(label: Label, headers: Record<string, string>): Promise<void> {
  requests = createRequests('', headers);
  const answer = await Promise.race([
    requests.create(label),
    new Promise<{ away: true }>((resolve) => setTimeout(() => resolve({ away: true }), ANSWER_MS)),
  ]);
  if ('refused' in answer) {
    say({ type: 'refused', message: answer.refused.message });
    close();
    return;
  }
  const known = 'good' in answer ? { uploadUrl: answer.good.uploadUrl } : {};
  spool = await openFor({ ...label, ...known });
  sender = createSender(spool, requests, report);
  say({ type: 'begun', onDisk });
}

function report(state: SenderState): void {
  say({ type: 'state', state, left: Math.max(spool.end() - sender.sent(), 0) });
  if (state.name === 'sending') void sendPoster();
  if (state.name === 'done' || state.name === 'gone') void finish();
}

async function sendPoster(): Promise<void> {
  const { uploadUrl } = spool.label();
  const picture = poster;
  if (!picture || uploadUrl === undefined) return;
  poster = undefined;
  if ('away' in (await requests.poster(uploadUrl, picture))) poster = picture;
}

async function finish(): Promise<void> {
  await sendPoster();
  sender.stop();
  spool.close();
  if (onDisk) await removeFromDisk(spool.label().key);
  say({ type: 'over' });
  close();
}

addEventListener('message', ({ data }: MessageEvent<ToKeeper>) => {
  switch (data.type) {
    case 'begin':
      return enqueue(() => begin(data.label, data.headers));
    case 'chunk':
      return enqueue(async () => {
        if (isBroken) return;
        await spool.append(new Uint8Array(data.bytes));
        sender.nudge();
      });
    case 'poster':
      poster = data.picture;
      return;
    case 'end':
      return enqueue(async () => {
        spool.relabel({ length: spool.end() });
        sender.hurry();
      });
    default:
      data satisfies never;
  }
});
