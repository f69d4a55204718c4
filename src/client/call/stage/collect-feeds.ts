/** Collects what the call page is showing and playing, for screenshots and recordings. */
import type { Say } from '../../common/words.ts';
import type { AudioFeed, Feeds, VideoFeed } from '../../media/feeds.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import type { ScreenShare } from '../../media/screen-share.ts';
import type { OtherSide } from './other-side.ts';
import type { Tile } from './tile.ts';

export interface FeedParts {
  say: Say;
  /** The other person's, and one's own. */
  name: string;
  myName: string;
  local: LocalMedia;
  /** One's own screen, and what shows it. */
  shared: ScreenShare;
  ownScreen: HTMLVideoElement;
  other: OtherSide;
  self: Tile;
}

/** A shared screen first, oneself last. */
export function collectFeeds(parts: FeedParts): Feeds {
  const { say, name, myName, local, shared, ownScreen, other, self } = parts;
  const { tile, screen, streams } = other;
  const screens: VideoFeed[] = [
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
  const people: VideoFeed[] = [
    { role: 'other', own: false, name, person: name, video: tile.video, seen: tile.hasVideo() },
    { role: 'self', own: true, name: say('you'), person: myName, video: self.video, seen: self.hasVideo() },
  ];
  const audio: AudioFeed[] = [
    ...[local.outgoing.tracks.audio, shared.outgoing.tracks.audio].flatMap((track) =>
      track ? { own: true, track } : [],
    ),
    ...[streams.self, streams.screen].flatMap(
      (stream) => stream?.getAudioTracks().map((track) => ({ own: false, track })) ?? [],
    ),
  ];
  return { video: [...screens.filter(({ video }) => video.videoWidth > 0), ...people], audio };
}
