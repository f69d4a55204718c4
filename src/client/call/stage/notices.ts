/** Notices beside the call's state: one line per matter, until it is settled or dismissed. */
import type { Say } from '../../common/words.ts';

export interface Notices {
  /** Shows it instead of an earlier notice about the same matter; without a text, removes that. */
  set(matter: string, text: string | undefined, action?: Action): void;
  clear(): void;
}

/** A button for the notice; without one it can be dismissed. */
export interface Action {
  label: string;
  run(): void;
}

export function createNotices(box: Element, say: Say): Notices {
  const shown = new Map<string, { text: string; line: Element }>();

  function remove(matter: string): void {
    shown.get(matter)?.line.remove();
    shown.delete(matter);
  }

  return {
    set(matter, text, action) {
      // A dismissed notice stays away as long as it says the same.
      if (shown.get(matter)?.text === text) return;
      remove(matter);
      if (text === undefined) return;
      const line = document.createElement('p');
      const words = document.createElement('span');
      words.textContent = text;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'quiet';
      button.textContent = action?.label ?? say('dismiss');
      button.addEventListener('click', () => (action ? action.run() : line.remove()));
      line.append(words, ' ', button);
      box.append(line);
      shown.set(matter, { text, line });
    },
    clear() {
      for (const matter of [...shown.keys()]) remove(matter);
    },
  };
}
