/** The card that shows how much of a recording is still to be sent, and where it is once it has arrived. */

import { createCard } from '../common/cards.ts';
import { sizeInWords } from '../common/size.ts';
import type { Say } from '../common/words.ts';
import { showLeft } from './upload/progress-bar.ts';

/** Long enough to read and to follow the link. */
const DONE_MS = 10_000;

export interface UploadCard {
  /** How many bytes are left, and what holds them up, if anything. */
  left(bytes: number, trouble: string | undefined): void;
  /** It is over; how many bytes were recorded, possibly none. */
  done(bytes: number): void;
  remove(): void;
}

export function createUploadCard(box: HTMLElement, say: Say, call: string): UploadCard {
  const card = createCard(box, say);
  const { element, line, row } = card;
  element.setAttribute('aria-label', say('recording'));
  element.setAttribute('aria-busy', 'true');
  line.textContent = say('recordingSaving');
  const bar = document.createElement('progress');
  bar.setAttribute('aria-label', say('recordingSaving'));
  // The countdown is visual only: a screen reader would read every step of it.
  const rest = document.createElement('p');
  rest.className = 'muted';
  rest.setAttribute('aria-live', 'off');
  row.hidden = true;
  row.before(bar, rest);
  let most = 0;

  return {
    left(bytes, trouble) {
      most = Math.max(most, bytes);
      showLeft(bar, bytes, most);
      const left = say('recordingLeft', { size: sizeInWords(bytes, document.documentElement.lang) });
      rest.textContent = trouble ? say('sentences', { first: trouble, second: left }) : left;
    },
    done(bytes) {
      bar.remove();
      rest.remove();
      row.hidden = false;
      element.removeAttribute('aria-busy');
      card.leave(DONE_MS);
      if (bytes === 0) {
        line.textContent = say('recordingNothing');
        return;
      }
      const link = document.createElement('a');
      link.className = 'button';
      link.href = `/calls/${call}/recordings#recordings`;
      // The call may still be on, and this page is the call.
      link.target = '_blank';
      link.textContent = say('recordingShow');
      line.textContent = say('recordingSaved');
      row.prepend(link);
    },
    remove: card.remove,
  };
}
