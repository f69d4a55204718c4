/** Keeps one recording on this device and sends it, from asking whether it may be made until all of it has arrived. */
import { type FileStore, openInMemory } from './file-store.ts';
import type { FromKeepWorker, ToKeepWorker } from './keep-client.ts';
import type { Requests } from './requests.ts';
import { createSender, type Sender, type SenderState } from './sender.ts';
import { beginSpool, type Label, type Spool } from './spool.ts';

/** A server that doesn't answer within this many ms is down, and the recording starts without it. */
const ANSWER_MS = 4000;

export interface KeepParts {
  requests(headers: Record<string, string>): Requests;
  /** Folders by their keys; they reject where the browser keeps nothing. */
  disk: { open(key: string): Promise<FileStore>; remove(key: string): Promise<void> };
  say(message: FromKeepWorker): void;
  /** There is nothing more to do. */
  close(): void;
}

/** @returns what takes the page's messages, in their order */
export function createKeep({
  disk,
  say,
  close,
  ...parts
}: KeepParts): (message: ToKeepWorker) => Promise<void> {
  let running: { requests: Requests; spool: Spool; sender: Sender } | undefined;
  let poster: Blob | undefined;
  let onDisk = false;
  /** Once the device is full, nothing more is added: what follows a gap couldn't be played. */
  let isBroken = false;
  let isOver = false;
  let queue = Promise.resolve();

  /** Each step starts when the one before is done. */
  function enqueue(work: () => Promise<void>): Promise<void> {
    queue = queue.then(work).catch((error: unknown) => {
      const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
      console.warn('A recording could not be kept.', error);
      fail(isFull ? 'full' : 'broken');
    });
    return queue;
  }

  /** Reported once: the recording ends then, and what there is goes to the server. */
  function fail(why: 'full' | 'broken' | 'cut'): void {
    if (isBroken) return;
    isBroken = true;
    say({ type: 'failed', why });
    if (!running) close();
  }

  async function openFor(label: Label): Promise<Spool> {
    try {
      const opened = await beginSpool(await disk.open(label.key), label);
      onDisk = true;
      return opened;
    } catch (error) {
      console.warn('A recording is kept in memory alone.', error);
      await disk.remove(label.key).catch(() => undefined);
      return beginSpool(openInMemory(), label);
    }
  }

  async function begin(label: Label, headers: Record<string, string>): Promise<void> {
    const requests = parts.requests(headers);
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
    const spool = await openFor({ ...label, ...known });
    running = { requests, spool, sender: createSender(spool, requests, report) };
    say({ type: 'begun', onDisk });
  }

  function report(state: SenderState): void {
    if (!running) return;
    const { spool, sender } = running;
    if (state.name === 'cut') fail('cut');
    say({ type: 'state', state, left: Math.max(spool.end() - sender.sent(), 0) });
    if (state.name === 'sending') void sendPoster();
    if (state.name === 'done' || state.name === 'gone') void finish();
  }

  async function sendPoster(): Promise<void> {
    const uploadUrl = running?.spool.label().uploadUrl;
    const picture = poster;
    if (!running || !picture || uploadUrl === undefined) return;
    poster = undefined;
    if ('away' in (await running.requests.poster(uploadUrl, picture))) poster = picture;
  }

  async function finish(): Promise<void> {
    if (!running || isOver) return;
    isOver = true;
    const { spool, sender } = running;
    const bytes = spool.end();
    if (bytes > 0) await sendPoster();
    sender.stop();
    spool.close();
    // A store that can't be removed now is found by the next visit, which asks the server about it.
    if (onDisk)
      await disk
        .remove(spool.label().key)
        .catch((error: unknown) => console.warn('A sent recording could not be removed.', error));
    say({ type: 'over', bytes });
    close();
  }

  async function append(bytes: ArrayBuffer): Promise<void> {
    if (!running || isBroken) return;
    await running.spool.append(new Uint8Array(bytes));
    say({ type: 'kept' });
    running.sender.nudge();
  }

  async function end(): Promise<void> {
    if (!running) return;
    const { spool, sender } = running;
    // Of nothing the server needs to know only what it has been asked for.
    if (spool.end() === 0 && spool.label().uploadUrl === undefined) return finish();
    spool.relabel({ length: spool.end() });
    sender.hurry();
  }

  return (message) => {
    switch (message.type) {
      case 'begin':
        return enqueue(() => begin(message.label, message.headers));
      case 'chunk':
        return enqueue(() => append(message.bytes));
      case 'poster':
        poster = message.picture;
        return queue;
      case 'end':
        return enqueue(end);
      default:
        return message satisfies never;
    }
  };
}
