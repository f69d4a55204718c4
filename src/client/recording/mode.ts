/** Who and what is recorded. */
import type { Feeds } from '../media/feeds.ts';

/** As the server calls it (docs/recordings.md): `everyone`, `me`, `other`, `sound`, or `person-12`, one of several by their id. */
export type RecordingMode = string;

/** The feeds of a call that a mode records. */
export function feedsOf({ video, audio }: Feeds, mode: RecordingMode): Feeds {
  const [what, id] = mode.split('-');
  const isIn = ({ user, own }: { user?: number | undefined; own: boolean }) =>
    what === 'me' ? own : what === 'other' ? !own : what === 'person' ? !own && user === Number(id) : true;
  return { video: mode === 'sound' ? [] : video.filter(isIn), audio: audio.filter(isIn) };
}
