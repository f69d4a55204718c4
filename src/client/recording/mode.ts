/** Who and what is recorded. */
import * as v from 'valibot';
import type { Feeds } from '../media/feeds.ts';

/** As the server calls it (docs/recordings.md). */
export const RecordingMode = v.picklist(['everyone', 'me', 'other', 'sound']);
export type RecordingMode = v.InferOutput<typeof RecordingMode>;

/** The feeds of a call that a mode records. */
export function feedsOf({ video, audio }: Feeds, mode: RecordingMode): Feeds {
  const isIn = ({ own }: { own: boolean }) => (mode === 'me' ? own : mode === 'other' ? !own : true);
  return { video: mode === 'sound' ? [] : video.filter(isIn), audio: audio.filter(isIn) };
}
