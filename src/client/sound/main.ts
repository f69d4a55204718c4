/**
 * Sounds with a button and a bar that fingers hit: what browsers bring along is small on a phone, and different in each.
 * Loaded by pages that have a sound.
 */
import { lateStyle } from '../common/late-style.ts';
import { clockTime, createPlayer } from './player.ts';

const WAITING = 'audio[controls][data-play]';

function take(): void {
  for (const audio of document.querySelectorAll<HTMLAudioElement>(WAITING)) createPlayer(audio, clockTime);
}

void lateStyle().then(() => {
  take();
  // Rows come and are replaced.
  new MutationObserver(take).observe(document.body, { childList: true, subtree: true });
});

// One at a time.
document.addEventListener(
  'play',
  ({ target }) => {
    for (const audio of document.querySelectorAll('audio'))
      if (audio !== target && audio.dataset.play) audio.pause();
  },
  { capture: true },
);
