/** A text on its way, as it stands in its chat until the row from the server takes its place. */
import type { Unsent } from './unsent.ts';

/** So much of a key tells a page's rows apart; the server writes as much of it into them (views/chats/row.eta). */
export const markOf = ({ key }: Unsent): string => key.slice(0, 8);

/** Puts it below everything else. @returns undefined where the page shows no chat that one can write in */
export function addPendingRow(entry: Unsent): HTMLElement | undefined {
  const parts = document.createElement('template');
  // Not in a <template>, which text browsers would show.
  parts.innerHTML = document.querySelector('#pending-parts')?.textContent ?? '';
  const row = parts.content.querySelector('li');
  const text = row?.querySelector('.text');
  if (!row || !text) return undefined;
  row.dataset.sent = markOf(entry);
  text.textContent = entry.text;
  document.querySelector('#messages')?.append(row);
  return row;
}
