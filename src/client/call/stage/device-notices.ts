/** Says what is wrong with one's own camera and microphone. */
import type { Say } from '../../common/words.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import type { Notices } from './notices.ts';

/** The part of one's own media that there may be something to say about. */
export type TroubledMedia = Pick<LocalMedia, 'trouble' | 'isInterrupted'>;

export interface DeviceNotices {
  update(): void;
  /** The person tries again: dismissed notices matter again. */
  forget(): void;
}

/** Whether the page is an installed app's: its window has no address, and no icon beside it. */
export const isInstalled = (): boolean =>
  matchMedia('(display-mode: standalone), (display-mode: minimal-ui)').matches;

/** @param isApp decides where permissions are said to be found */
export function createDeviceNotices(
  local: TroubledMedia,
  notices: Notices,
  words: Say,
  isApp: () => boolean,
): DeviceNotices {
  const say = (key: string) => words(key, { where: words(isApp() ? 'allowInApp' : 'allowInBrowser') });
  return {
    update() {
      const [microphone, camera] = [local.trouble('audio'), local.trouble('video')];
      // The same problem with both is one thing to do, and one thing to read.
      const both = microphone === camera ? microphone : undefined;
      notices.set('both', both && say(`both-${both}`));
      notices.set('microphone', both ? undefined : microphone && say(`microphone-${microphone}`));
      notices.set('camera', both ? undefined : camera && say(`camera-${camera}`));
      const held = [local.isInterrupted('audio'), local.isInterrupted('video')];
      const which = held.every(Boolean) ? 'both' : held[0] ? 'microphone' : 'camera';
      notices.set('held', held.some(Boolean) ? say(`${which}-interrupted`) : undefined);
    },
    forget() {
      for (const matter of ['both', 'microphone', 'camera']) notices.set(matter, undefined);
    },
  };
}
