/** Collects what the call page is showing and playing, for screenshots and recordings. */
import type { Say } from '../../common/words.ts';
import type { AudioFeed, Feeds, VideoFeed } from '../../media/feeds.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import type { ScreenShare } from '../../media/screen-share.ts';
import type { OtherSide } from './other-side.ts';
import type { Tile } from './tile.ts';

export interface FeedParts {
  say: Say;
  myName: string;
  local: LocalMedia;
  /** One's own screen, and what shows it. */
  shared: ScreenShare;
  ownScreen: HTMLVideoElement;
  others: OtherSide[];
  self: Tile;
}

/** Shared screens first, oneself last. */
export function collectFeeds(parts: FeedParts): Feeds {
  const { say, myName, local, shared, ownScreen, others, self } = parts;
  const screens: VideoFeed[] = others.map((other) => {
    const person = other.name();
    const { video } = other.screen;
    const name = say('screenOf', { name: person });
    return { role: 'screen', own: false, user: other.user(), name, person, video, seen: true };
  });
  screens.push({
    ...{ role: 'screen', own: true, name: say('yourScreen'), person: myName, video: ownScreen, seen: true },
  });
  const people: VideoFeed[] = others.map(({ name, user, tile }) => ({
    ...{ role: 'other', own: false, user: user(), name: name(), person: name() },
    ...{ video: tile.video, seen: tile.hasVideo() },
  }));
  people.push({
    ...{
      role: 'self',
      own: true,
      name: say('you'),
      person: myName,
      video: self.video,
      seen: self.hasVideo(),
    },
  });
  const audio: AudioFeed[] = [
    ...[local.outgoing.tracks.audio, shared.outgoing.tracks.audio].flatMap((track) =>
      track ? { own: true, track } : [],
    ),
    ...others.flatMap(({ user, streams: { self, screen } }) =>
      [self, screen].flatMap(
        (stream) => stream?.getAudioTracks().map((track) => ({ own: false, user: user(), track })) ?? [],
      ),
    ),
  ];
  return { video: [...screens.filter(({ video }) => video.videoWidth > 0), ...people], audio };
}
