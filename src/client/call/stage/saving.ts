/** "Save data": small pictures in both directions, for whoever pays by the megabyte. Kept on this device. */
import { find } from '../../common/dom.ts';

const KEY = 'porchlight.save-data';

export interface Saving {
  isOn(): boolean;
}

declare global {
  interface Navigator {
    /** Network Information API, which Chromium has. */
    readonly connection?: { readonly saveData?: boolean };
  }
}

/** What was chosen here; until then what the browser was told of its whole life. */
function recall(): boolean {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept !== null) return kept === 'on';
  } catch {
    // Then each call begins as the browser wishes.
  }
  return navigator.connection?.saveData === true;
}

/** Takes over the checkbox. @param changed is told of each choice */
export function wireSaving(root: ParentNode, changed: () => void): Saving {
  const box = find(root, '[data-choice="saving"]', HTMLInputElement);
  box.checked = recall();
  box.addEventListener('change', () => {
    try {
      localStorage.setItem(KEY, box.checked ? 'on' : 'off');
    } catch {
      // It holds for this call.
    }
    changed();
  });
  return { isOn: () => box.checked };
}
