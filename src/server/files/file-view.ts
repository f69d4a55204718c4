/** What templates need to know about a file, whoever reads. */

import { type Showing, showingOf } from './media-types.ts';
import type { StoredFile } from './store.ts';

/** The largest that pictures and videos are shown, in CSS pixels. Both sides are kept free before anything has come. */
const WIDEST_SHOWN = 640;
const HIGHEST_SHOWN = 360;
/** Bytes up to which an animation moves in the page; a longer one does when it is opened. */
const LARGEST_ANIMATION = 2 * 1024 * 1024;

export type FileView = {
  id: string;
  name: string;
  bytes: number;
  url: string;
  downloadUrl: string;
  show: Showing;
  /** What an `img` shows; the poster of a video. */
  preview: string | undefined;
  /** CSS pixels that the page keeps free for it. */
  width: number | undefined;
  height: number | undefined;
  /** A key of locales/*.json that says what is special about it. */
  note: 'unshown' | 'heic' | 'finishing' | 'partial' | 'failed' | undefined;
};

function noteOn({ state, type, hasPreview }: StoredFile): FileView['note'] {
  if (state === 'receiving') return 'finishing';
  if (state !== 'ready') return state;
  if (type.startsWith('image/hei')) return 'heic';
  return showingOf(type) === 'picture' && !hasPreview ? 'unshown' : undefined;
}

/** A recording is downloaded from another address, under a name that says who was called. */
const downloadUrlOf = ({ id, kind }: StoredFile): string =>
  kind === 'recording' ? `/recordings/${id}/download` : `/files/${id}/download`;

export function fileView(file: StoredFile): FileView {
  const { id, name, bytes, type, hasPreview, width = 0, height = 0, state } = file;
  const url = `/files/${id}`;
  const note = noteOn(file);
  const isPlayable = state === 'ready' || state === 'partial';
  const shrink = Math.min(1, WIDEST_SHOWN / Math.max(width, 1), HIGHEST_SHOWN / Math.max(height, 1));
  const moves = type === 'image/gif' && bytes <= LARGEST_ANIMATION;
  return {
    id,
    name,
    bytes,
    url,
    downloadUrl: downloadUrlOf(file),
    show: isPlayable && note !== 'unshown' ? showingOf(type) : 'card',
    preview: !hasPreview ? undefined : moves ? url : `${url}/preview`,
    width: width > 0 ? Math.max(1, Math.round(width * shrink)) : undefined,
    height: height > 0 ? Math.max(1, Math.round(height * shrink)) : undefined,
    note,
  };
}
