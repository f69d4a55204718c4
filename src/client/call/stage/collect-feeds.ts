/** What the call page shows and plays at this moment, for screenshots and recordings. */

import type { Say } from '../../common/words.ts';
import type { Picture, Scene, Voice } from '../../media/feeds.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import type { Screen } from '../../media/screen-share.ts';
import type { Source } from '../pair/connection.ts';
import type { ScreenTile } from './screen-tile.ts';
import type { Tile } from './tile.ts';

export interface SceneParts {
  say: Say;
  /** The other person's, and one's own. */
  name: string;
  myName: string;
  local: LocalMedia;
  /** One's own screen, and what shows it. */
  shared: Screen;
  ownScreen: HTMLVideoElement;
  remote: Tile;
  self: Tile;
  screen: ScreenTile;
  streams: Record<Source, MediaStream | null>;
}

/** A shared screen first, oneself last. */
export function sceneOf(parts: SceneParts): Scene {
  const { say, name, myName, local, shared, ownScreen, remote, self, screen, streams } = parts;
  const screens: Picture[] = [
    {
      role: 'screen',
      own: false,
      name: say('screenOf', { name }),
      person: name,
      video: screen.video,
      seen: true,
    },
    { role: 'screen', own: true, name: say('yourScreen'), person: myName, video: ownScreen, seen: true },
  ];
  const people: Picture[] = [
    { role: 'other', own: false, name, person: name, video: remote.video, seen: remote.hasPicture() },
    { role: 'self', own: true, name: say('you'), person: myName, video: self.video, seen: self.hasPicture() },
  ];
  const voices: Voice[] = [
    ...[local.outgoing.tracks.audio, shared.outgoing.tracks.audio].flatMap((track) =>
      track ? { own: true, track } : [],
    ),
    ...[streams.self, streams.screen].flatMap(
      (stream) => stream?.getAudioTracks().map((track) => ({ own: false, track })) ?? [],
    ),
  ];
  return { pictures: [...screens.filter(({ video }) => video.videoWidth > 0), ...people], voices };
}
