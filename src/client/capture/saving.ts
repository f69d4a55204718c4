/** The card that says how much of a recording is still on its way, and where it is when it has arrived. */
import type { Say } from '../call/words.ts';
import { showLeft, sizeInWords } from './progress.ts';

/** Long enough to read and to follow the link. */
const DONE_MS = 10_000;

export interface Saving {
  /** So many bytes are left, and what keeps them, if anything does. */
  left(bytes: number, trouble: string | undefined): void;
  done(): void;
  remove(): void;
}

export function createSaving(box: HTMLElement, say: Say, call: string): Saving {
  const element = document.createElement('div');
  element.className = 'shot card stack';
  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', say('recording'));
  const line = document.createElement('p');
  line.textContent = say('recordingSaving');
  const bar = document.createElement('progress');
  bar.setAttribute('aria-label', say('recordingSaving'));
  // Counted down for the eye alone: a screen reader would read every step of it.
  const rest = document.createElement('p');
  rest.className = 'muted';
  rest.setAttribute('aria-live', 'off');
  element.append(line, bar, rest);
  box.append(element);
  let most = 0;

  return {
    left(bytes, trouble) {
      most = Math.max(most, bytes);
      showLeft(bar, bytes, most);
      const left = say('recordingLeft', { size: sizeInWords(bytes) });
      rest.textContent = trouble ? `${trouble} ${left}` : left;
    },
    done() {
      const link = document.createElement('a');
      link.href = `/calls/${call}#recordings`;
      // The call may still be on, and this page is the call.
      link.target = '_blank';
      link.textContent = say('recordingShow');
      line.textContent = say('recordingSaved');
      bar.remove();
      rest.replaceChildren(link);
      setTimeout(() => element.remove(), DONE_MS);
    },
    remove: () => element.remove(),
  };
}
