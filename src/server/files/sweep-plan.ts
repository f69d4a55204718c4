/**
 * What a sweep of one folder would do: which rows are dead, and which bytes have no row. Only
 * looks, so that the command line can ask too.
 */
import { basename } from 'node:path';
import type { FileKind, StoredFile } from './store.ts';

const HOUR = 60 * 60 * 1000;

/** How many rows and strays together may be removed at once, or this share of the folder's rows if that is more. */
const FEW = 20;
const SHARE = 0.05;

export type Plan = {
  /** Aborted uploads, and what was never sent. */
  unfinished: StoredFile[];
  /** Rows whose bytes should be there and aren't. */
  lost: StoredFile[];
  /** Names in the folder that belong to no row. */
  strays: string[];
};

export type Seen = {
  /** The rows of this folder. */
  rows: StoredFile[];
  /** The files that lie in it, listed after the rows. */
  names: string[];
  now: number;
  pathOf(file: { id: string; kind: FileKind }): string;
  /** Whether there is a row at this moment. */
  exists(id: string): boolean;
  isActive(id: string): boolean;
};

/** Everything beside a file's bytes has the same name up to the first dot. */
const idOf = (name: string): string => name.split('.')[0] ?? '';

export function planSweep({ rows, names, now, pathOf, exists, isActive }: Seen): Plan {
  const onDisk = new Set(names);
  const plan: Plan = { unfinished: [], lost: [], strays: names.filter((name) => !exists(idOf(name))) };
  for (const file of rows) {
    if (isActive(file.id)) continue;
    const name = basename(pathOf(file));
    const isOld = file.createdAt < now - HOUR;
    const isRecording = file.kind === 'recording';
    if (!onDisk.has(name) && !onDisk.has(`${name}.raw`)) {
      if (isOld) plan[isRecording || file.bytes > 0 ? 'lost' : 'unfinished'].push(file);
    } else if (isRecording) {
      // It may be resumed.
    } else if (file.state === 'receiving' || (file.kind === 'attachment' && !file.message && isOld))
      plan.unfinished.push(file);
  }
  return plan;
}

/** Files, counting what is beside one as part of it. */
export const countStrays = ({ strays }: Plan): number => new Set(strays.map(idOf)).size;

/** Whether it is so much that its owner has to be asked: a broken disk looks the same. */
export function isMuch(plan: Plan, rows: number): boolean {
  const lost = plan.lost.length;
  if (lost > 1 && lost * 2 > rows) return true;
  return plan.unfinished.length + lost + countStrays(plan) > Math.max(FEW, rows * SHARE);
}
