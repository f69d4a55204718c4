/** The mark of a connection that isn't good: some bars of three, and the words for it. */
import type { Say } from '../../common/words.ts';
import type { Level } from './level.ts';

const SVG = 'http://www.w3.org/2000/svg';

function createMark(level: Level, words: string, isWritten: boolean): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'quality';
  mark.dataset.level = level;
  const icon = document.createElementNS(SVG, 'svg');
  icon.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `/static/call-icons.svg#quality-${level}`);
  icon.append(use);
  const text = document.createElement('span');
  text.textContent = words;
  if (!isWritten) text.className = 'visually-hidden';
  mark.append(' ', icon, text);
  return mark;
}

/**
 * Shows it at the end of an element, in place of an earlier one; a good connection has none.
 * @param isWritten whether there is room for the words; else only a screen reader says them
 */
export function showMark(place: Element, level: Level, say: Say, isWritten: boolean): void {
  const shown = place.querySelector<HTMLElement>('.quality');
  if (shown?.dataset.level === level) return;
  shown?.remove();
  if (level !== 'good') place.append(createMark(level, say(`quality-${level}`), isWritten));
}
