/** What templates need to know about a file. */

import { extname } from 'node:path';
import type { Reader } from '../language/reader.ts';
import { type Showing, showingOf } from './media-types.ts';
import { cleanName } from './names.ts';
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

/** How a page shows it; a card is for what it can't show, or not yet. */
export const showOf = (file: StoredFile): Showing =>
  (file.state === 'ready' || file.state === 'partial') && noteOn(file) !== 'unshown'
    ? showingOf(file.type)
    : 'card';

/** A recording is downloaded from another address, under a name that says who was called. */
const downloadUrlOf = ({ id, kind }: StoredFile): string =>
  kind === 'recording' ? `/recordings/${id}/download` : `/files/${id}/download`;

/** What can be read in any language. */
type Words = Pick<Reader, 't' | 'dayKey'>;

/** What Porchlight itself has named, it names in the reader's language; what people have named stays as it is. */
export function nameFor({ t, dayKey }: Words, { kind, name, createdAt }: StoredFile): string {
  if (kind === 'attachment') return name;
  return cleanName(t(`files.named.${kind}`, { date: dayKey(createdAt) }) + extname(name));
}

export function fileView(file: StoredFile, reader: Words): FileView {
  const { id, bytes, type, hasPreview, width = 0, height = 0 } = file;
  const url = `/files/${id}`;
  const shrink = Math.min(1, WIDEST_SHOWN / Math.max(width, 1), HIGHEST_SHOWN / Math.max(height, 1));
  const moves = type === 'image/gif' && bytes <= LARGEST_ANIMATION;
  return {
    id,
    name: nameFor(reader, file),
    bytes,
    url,
    downloadUrl: downloadUrlOf(file),
    show: showOf(file),
    preview: !hasPreview ? undefined : moves ? url : `${url}/preview`,
    width: width > 0 ? Math.max(1, Math.round(width * shrink)) : undefined,
    height: height > 0 ? Math.max(1, Math.round(height * shrink)) : undefined,
    note: noteOn(file),
  };
}
