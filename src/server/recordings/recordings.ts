/**
 * The rules of recordings: who may make one, how it grows, when it is finished, and that nothing of it is lost.
 *
 *     create ──▶ receiving ── length reached ──▶ finishing ──▶ ready
 *                    │                               ▲
 *                    └─ two minutes of silence ─▶ finishing ──▶ partial
 *                                                               │ more came
 *                                                               └──────▶ finished again: partial, or ready
 *
 * `failed` can't be played by anything; it can be downloaded as it is. The received bytes stay beside the playable
 * ones until everything has arrived, or for two weeks.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Background } from '../background/background.ts';
import type { Events } from '../background/events.ts';
import type { Chats } from '../chats/chats.ts';
import type { Clock } from '../clock.ts';
import type { CommitQueue } from '../database/commit-queue.ts';
import { freeBytes } from '../files/disk-space.ts';
import type { Files } from '../files/files.ts';
import type { StorageRefusal } from '../files/quota.ts';
import type { StoredFile } from '../files/store.ts';
import { createAppending, type NotAppended } from './appending.ts';
import { makeEmpty } from './durable-files.ts';
import { type Finishing, rawOf } from './finishing.ts';
import type { Recording, RecordingStore, Whom } from './store.ts';

/** A recorder that has been silent for this many ms may be gone for good. */
const SILENCE = 2 * 60_000;
const DAY = 24 * 60 * 60_000;
/** How long the rest of a partial recording is waited for, in ms. */
const KEPT = 14 * DAY;

export type RecordingParts = {
  store: RecordingStore;
  files: Files;
  chats: Chats;
  queue: CommitQueue;
  clock: Clock;
  events: Events;
  background: Background;
};

/** `key`: the recorder's own, the same when it asks again because an answer was lost. */
export type NewRecording = {
  key: string;
  call: { id: string; conversation: number };
  owner: number;
  whom: Whom;
  name: string;
};

/** `gone`: nothing more is accepted. `length`: not what was declared before, or less than has arrived. */
export type NotReceived = NotAppended | 'gone' | 'length';

export type Progress = { offset: number; length: number | undefined };

export type Sent = {
  offset: number;
  body: Readable;
  /** Bytes of the body, where announced. */
  bytes: number | undefined;
  /** Bytes of the whole recording, where said with this chunk. */
  length: number | undefined;
  /** Whether they may add to it: asked while it comes, and when it is there. */
  may(): boolean;
};

export function createRecordings(parts: RecordingParts, makeFinishing: (finished: Finished) => Finishing) {
  const { store, files, chats, queue, clock, events, background } = parts;
  const folder = files.folders.paths.recordings;
  /** Recordings may be on a disk of their own. */
  const isFull = async () => (await freeBytes(folder)) <= 0;
  const appending = createAppending(
    async (id, bytes) => (await files.grown(id, bytes)) ?? ((await isFull()) ? 'disk-full' : undefined),
  );
  const finishing = makeFinishing(post);
  const silences = new Map<string, () => void>();
  let takeBack = () => {};

  const rawPathOf = (file: StoredFile): string => rawOf(files.pathOf(file));
  const receivedOf = (file: StoredFile): number | undefined =>
    statSync(rawPathOf(file), { throwIfNoEntry: false })?.size;

  /** Once, whatever has happened to the message since. */
  async function post(id: string): Promise<void> {
    const file = files.find(id);
    if (!file || store.find(id)?.posted) return;
    const { owner, conversation } = file;
    // No form can send a key with a colon.
    if (chats.mayWrite(conversation, owner))
      await chats.send({ conversation, author: owner, key: `recording:${id}`, body: '', file: id });
    await queue.commit(() => store.setPosted(id));
  }

  function quieten(id: string): void {
    silences.get(id)?.();
    silences.delete(id);
  }

  async function finish(id: string): Promise<void> {
    quieten(id);
    // What is already playable stays so while it is remade.
    if (files.find(id)?.state === 'receiving') await files.setState(id, 'finishing');
    finishing.add(id);
  }

  /** Something arrived: the silence starts over. */
  function heard(id: string): void {
    silences.get(id)?.();
    silences.set(
      id,
      clock.at(clock.now() + SILENCE, () =>
        background.insist('finishing what fell silent', () => finish(id), { recording: id }),
      ),
    );
  }

  function progressOf({ length, finished }: Recording, file: StoredFile): Progress | undefined {
    const received = receivedOf(file);
    if (received !== undefined) return { offset: received, length };
    return length !== undefined && finished === length ? { offset: length, length } : undefined;
  }

  /** @returns the recording and its file, where they are this person's */
  function own(user: number, id: string): { recording: Recording; file: StoredFile } | undefined {
    const recording = store.find(id);
    const file = files.find(id);
    return recording && file?.owner === user ? { recording, file } : undefined;
  }

  /** Those that are complete except for what may still be on the recorder's device. */
  const openOf = (user: number) =>
    store.openOf(user).flatMap((recording) => {
      const file = files.find(recording.id);
      const progress = file && progressOf(recording, file);
      return progress ? [{ ...progress, file }] : [];
    });

  /** Resumes what was in progress when the server stopped. What fails is retried at the next start. */
  function resume(): void {
    // It is called again when the folder is back.
    if (!files.folders.check('recordings')) return;
    for (const recording of store.open()) {
      const { id, length, finished = 0, posted } = recording;
      const file = files.find(id);
      if (!file) continue;
      // Also where all of it is playable, and what was received has gone already.
      if (!posted && (file.state === 'ready' || file.state === 'partial'))
        background.insist('posting a recording', () => post(id), { recording: id });
      const received = receivedOf(file);
      // If nothing of it is there, the sweep decides about the row.
      if (received === undefined) continue;
      if (file.state === 'finishing' || received === length) finishing.add(id);
      else if (received > finished || file.state === 'receiving') heard(id);
      if (file.state === 'receiving' && received) files.countReceived(id, received);
    }
  }

  /** Now, and once a day: what was received isn't needed once all of it is playable, or if nobody sent the rest. */
  function tidy(): void {
    takeBack = clock.at(clock.now() + DAY, tidy);
    for (const name of files.folders.check('recordings') ? readdirSync(folder) : []) {
      if (!name.endsWith('.raw')) continue;
      const path = join(folder, name);
      const recording = store.find(name.slice(0, -'.raw'.length));
      if (!recording || recording.finished === undefined) continue;
      const { size, mtimeMs } = statSync(path);
      const isOld = recording.finished === size && mtimeMs < clock.now() - KEPT;
      if (recording.finished === recording.length || isOld) rmSync(path, { force: true });
    }
  }

  const rules = {
    find: store.find,
    own,
    progressOf,
    openOf,
    idle: finishing.idle,
    /** Whether the disk with all of them isn't there now. */
    isAway: (): boolean => files.folders.isAway('recordings'),

    async create(given: NewRecording): Promise<{ id: string } | { refused: StorageRefusal | 'not-found' }> {
      const { key, call, owner, whom, name } = given;
      const known = store.withKey(key);
      if (known) return own(owner, known.id) ? { id: known.id } : { refused: 'not-found' };
      if (!files.folders.check('recordings')) return { refused: 'folder-away' };
      if (await isFull()) return { refused: 'disk-full' };
      const made = await files.create({
        owner,
        conversation: call.conversation,
        call: call.id,
        kind: 'recording',
        name,
      });
      if ('refused' in made) return made;
      // The playable file exists from the start, so that the row never looks like one without bytes.
      await makeEmpty(made.path);
      await makeEmpty(rawOf(made.path));
      if (await queue.commit(() => store.insert(made.id, whom, key))) {
        heard(made.id);
        return { id: made.id };
      }
      // Requested twice at once, and the other was faster.
      await rules.remove(made.id);
      return rules.create(given);
    },

    /** Accepts a chunk, at any time while something is missing. */
    async receive(id: string, sent: Sent): Promise<{ offset: number } | { refused: NotReceived }> {
      if (!files.folders.check('recordings')) return { refused: 'folder-away' };
      const recording = store.find(id);
      const file = files.find(id);
      const progress = recording && file && progressOf(recording, file);
      if (!progress || !file) return { refused: 'gone' };
      const { offset, body, bytes, may } = sent;
      if (!may()) return { refused: 'forbidden' };
      if (offset !== progress.offset) return { refused: 'conflict' };
      const said = progress.length ?? sent.length;
      if (said !== undefined && (said < offset || said !== (sent.length ?? said)))
        return { refused: 'length' };
      const isWhole = receivedOf(file) === undefined;
      if (isWhole) return bytes === 0 ? { offset } : { refused: 'too-long' };
      const most = said ?? Number.MAX_SAFE_INTEGER;
      const result = await appending.append(
        id,
        rawPathOf(file),
        { offset, body, bytes, most, may },
        async () => {
          if (sent.length !== undefined && progress.length === undefined)
            await queue.commit(() => store.setLength(id, said ?? 0));
        },
      );
      if ('refused' in result && result.refused !== 'broken') return result;
      if (files.find(id)) {
        heard(id);
        if ('offset' in result && result.offset === said) await finish(id);
      }
      return result;
    },

    /** Declares its length without sending anything. */
    end: (
      id: string,
      length: number,
      may: () => boolean,
    ): Promise<{ offset: number } | { refused: NotReceived }> =>
      rules.receive(id, { offset: length, body: Readable.from([]), bytes: 0, length, may }),

    /** Its row, its bytes, and what was received. */
    async remove(id: string): Promise<void> {
      const file = files.find(id);
      if (!file) return;
      quieten(id);
      await files.remove(id);
      rmSync(rawPathOf(file), { force: true });
    },

    tidy,

    start(): void {
      events.on('folder-back', ({ folder: back }) => {
        if (back === 'recordings') resume();
      });
      background.attempt('taking up recordings', resume);
    },

    /** Ends timers and workers; the database may be closed after this. */
    async stop(): Promise<void> {
      for (const id of [...silences.keys()]) quieten(id);
      takeBack();
      await finishing.stop();
    },
  };
  return rules;
}

type Finished = (id: string) => Promise<void>;

export type Recordings = ReturnType<typeof createRecordings>;
