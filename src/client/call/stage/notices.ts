/** Notices beside the call's state: one line per matter, until it is settled or dismissed. */
import type { Say } from '../../common/words.ts';

export interface Notices {
  /** Shows it instead of an earlier notice about the same matter; without a text, removes that. */
  set(matter: string, text: string | undefined, action?: Action): void;
  /** Shows something that is over with being said, for some seconds. */
  pass(matter: string, text: string): void;
  clear(): void;
}

/** A button for the notice; without one it can be dismissed. */
export interface Action {
  label: string;
  run(): void;
}

/** Long enough to be read. */
const PASSING_MS = 5000;

export function createNotices(box: Element, say: Say): Notices {
  const shown = new Map<string, { text: string; line: HTMLElement }>();

  function remove(matter: string): void {
    shown.get(matter)?.line.remove();
    shown.delete(matter);
  }

  /** @returns the line that says it, without a button, or nothing where that is said already */
  function put(matter: string, text: string | undefined): HTMLElement | undefined {
    // A dismissed notice stays away as long as it says the same.
    if (shown.get(matter)?.text === text) return undefined;
    remove(matter);
    if (text === undefined) return undefined;
    const line = document.createElement('p');
    const words = document.createElement('span');
    words.textContent = text;
    line.append(words);
    box.append(line);
    shown.set(matter, { text, line });
    return line;
  }

  function set(matter: string, text: string | undefined, action?: Action): void {
    const line = put(matter, text);
    if (!line) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = action?.label ?? say('dismiss');
    button.addEventListener('click', () => (action ? action.run() : line.remove()));
    // A layer, so that the focus returns to where it was (page/layers.ts); Escape is for what is only to be read.
    Object.assign(line.dataset, { layer: '', firm: '' });
    if (!action) button.dataset.close = '';
    line.append(' ', button);
  }

  return {
    set,
    pass(matter, text) {
      const line = put(matter, text);
      setTimeout(() => {
        if (line && shown.get(matter)?.line === line) remove(matter);
      }, PASSING_MS);
    },
    clear() {
      for (const matter of [...shown.keys()]) remove(matter);
    },
  };
}
