/** Says that something in a call won't play until somebody taps. One tap is enough for everything, so it is one notice. */
import type { Say } from '../../common/words.ts';
import type { Notices } from './notices.ts';

/** What plays of another person, each by an element of its own. */
export type Played = 'sound' | 'video' | 'screen-sound' | 'screen-video';

/**
 * @param playAll tries again, for everything
 * @returns what is to be told whether something stands still
 */
export function createStalled(
  notices: Notices,
  say: Say,
  playAll: () => void,
): (side: string, what: Played, isStill: boolean) => void {
  const stalled = new Map<string, Played>();
  return (side, what, isStill) => {
    if (isStill) stalled.set(`${side} ${what}`, what);
    else stalled.delete(`${side} ${what}`);
    const isSound = [...stalled.values()].some((still) => still === 'sound' || still === 'screen-sound');
    const text = say(isSound ? 'soundBlocked' : 'pictureBlocked');
    notices.set('still', stalled.size > 0 ? text : undefined, {
      label: say(isSound ? 'hear' : 'see'),
      run: playAll,
    });
  };
}
