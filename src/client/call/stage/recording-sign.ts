/** Says for as long as anybody is recording that they are, and since when. */
import { find, setText } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import { formatDuration } from './duration.ts';

export interface RecordingSign {
  /** Whether this page is recording, and who else is. */
  update(own: boolean, others: string[]): void;
}

/** Takes over the template's `.call-recorded`. */
export function createRecordingSign(element: HTMLElement, say: Say): RecordingSign {
  const line = find(element, '.call-recording', HTMLElement);
  // Only to be seen: a screen reader would read every second of it.
  const clock = find(element, '[aria-hidden]', HTMLElement);
  let [own, theirs]: (number | undefined)[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    const since = own ?? theirs;
    setText(clock, since === undefined ? '' : formatDuration(performance.now() - since));
  }

  function sentence(isOwn: boolean, others: string[]): string {
    if (others.length === 0) return say('recordingOwn');
    const name = new Intl.ListFormat(document.documentElement.lang).format(others);
    if (isOwn) return say('recordingBoth', { name });
    return say(others.length > 1 ? 'recordingPeers' : 'recordingPeer', { name });
  }

  return {
    update(isOwn, others) {
      const isTheirs = others.length > 0;
      own = isOwn ? (own ?? performance.now()) : undefined;
      theirs = isTheirs ? (theirs ?? performance.now()) : undefined;
      const isOn = isOwn || isTheirs;
      element.dataset.on = String(isOn);
      setText(line, isOn ? sentence(isOwn, others) : '');
      tick();
      if (isOn) timer ??= setInterval(tick, 1000);
      else {
        clearInterval(timer);
        timer = undefined;
      }
    },
  };
}
