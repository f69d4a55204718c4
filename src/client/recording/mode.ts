/** Who and what is recorded. */
import * as v from 'valibot';
import type { Feeds } from '../media/feeds.ts';

/** As the server calls it (docs/recordings.md): `person-12` is one of several, by their id. */
export const RecordingMode = v.pipe(v.string(), v.regex(/^(everyone|me|other|sound|person-\d+)$/));
export type RecordingMode = v.InferOutput<typeof RecordingMode>;

/** The feeds of a call that a mode records. */
export function feedsOf({ video, audio }: Feeds, mode: RecordingMode): Feeds {
  const [what, id] = mode.split('-');
  const isIn = ({ user, own }: { user?: number | undefined; own: boolean }) =>
    what === 'me' ? own : what === 'other' ? !own : what === 'person' ? !own && user === Number(id) : true;
  return { video: mode === 'sound' ? [] : video.filter(isIn), audio: audio.filter(isIn) };
}
