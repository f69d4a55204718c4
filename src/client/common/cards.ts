/** Cards that are shown over the call for a while: what was just made, and what happened to it. */
import type { Say } from './words.ts';

/** The oldest goes when there are more, unless it still has something to say. */
const MOST = 2;

export interface Card {
  element: HTMLElement;
  /** What is said, and the row of buttons, with one in it that puts the card away. */
  line: HTMLElement;
  row: HTMLElement;
  dismiss: HTMLButtonElement;
  /** Removes it after so many ms, unless somebody points at it, or is in it with the keyboard. */
  leave(ms: number): void;
  /** Until it is put away by its button: it says something that shouldn't be missed. */
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
  // Escape and a tap outside put it away (page/layers.ts).
  dismiss.dataset.close = '';
  element.dataset.layer = '';
  row.append(dismiss);
  element.append(line, row);
  box.append(element);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passing = [...box.querySelectorAll(':scope > .shot:not([aria-busy])')];
  for (const old of passing.slice(0, -MOST)) old.dispatchEvent(new Event('evicted'));
  element.addEventListener('evicted', remove);

  function remove(): void {
    element.remove();
    clearTimeout(timer);
    gone();
  }

  // A finger leaves the focus where it has tapped, and where there is no pointer, `:hover` as well.
  let byKey = false;
  element.addEventListener('keyup', () => {
    byKey = true;
  });
  element.addEventListener('pointerdown', () => {
    byKey = false;
  });
  const isHeld = () =>
    (matchMedia('(hover: hover)').matches && element.matches(':hover')) ||
    (byKey && element.matches(':focus-within'));

  function leave(ms: number): void {
    clearTimeout(timer);
    delete element.dataset.firm;
    timer = setTimeout(() => (isHeld() ? leave(ms) : remove()), ms);
  }

  function stay(): void {
    clearTimeout(timer);
    element.dataset.firm = '';
  }

  return { element, line, row, dismiss, leave, stay, remove };
}

export function button(text: string, run: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', run);
  return made;
}

/** A button with a picture in it. @param icon the file and the name of the picture, such as `icons.svg#close` */
export function iconButton(text: string, icon: string, run: () => void): HTMLButtonElement {
  const made = button('', run);
  showIcon(made, text, icon);
  return made;
}

/** Makes what is pressed round, with a picture in it; its words are what it is called. */
export function showIcon(element: HTMLElement, text: string, icon: string): void {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `/static/${icon}`);
  svg.append(use);
  const words = document.createElement('span');
  words.className = 'visually-hidden';
  words.textContent = text;
  element.classList.add('icon');
  element.title = text;
  element.replaceChildren(svg, words);
}
