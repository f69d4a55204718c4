/** Cards that are shown over the call for a while: what was just made, and what happened to it. */
import type { Say } from './words.ts';

/** The oldest goes when there are more, unless it still has something to say. */
const MOST = 2;

export interface Card {
  element: HTMLElement;
  /** What is said, and the row of buttons, with one in it that puts the card away. */
  line: HTMLElement;
  row: HTMLElement;
  /** Removes it after so many ms, unless the pointer or the focus is on it. */
  leave(ms: number): void;
  stay(): void;
  remove(): void;
}

/** @param gone is called when it is removed, for whatever reason */
export function createCard(box: HTMLElement, say: Say, gone: () => void = () => undefined): Card {
  const element = document.createElement('div');
  element.className = 'shot card stack';
  element.setAttribute('role', 'group');
  const line = document.createElement('p');
  const row = document.createElement('div');
  row.className = 'row';
  const dismiss = button(say('dismiss'), remove);
  row.append(dismiss);
  element.append(line, row);
  box.append(element);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passing = [...box.children].filter((card) => !card.hasAttribute('aria-busy'));
  for (const old of passing.slice(0, -MOST)) old.dispatchEvent(new Event('evicted'));
  element.addEventListener('evicted', remove);

  function remove(): void {
    element.remove();
    clearTimeout(timer);
    gone();
  }

  function leave(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => (element.matches(':hover, :focus-within') ? leave(ms) : remove()), ms);
  }

  return { element, line, row, leave, stay: () => clearTimeout(timer), remove };
}

export function button(text: string, run: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', run);
  return made;
}
