/** "Save data": small pictures in both directions, for whoever pays by the megabyte. Kept on this device. */
import { find } from '../../common/dom.ts';
import { attempt } from '../../common/storage.ts';

const KEY = 'porchlight.save-data';

export interface DataSaver {
  isOn(): boolean;
}

declare global {
  interface Navigator {
    /** Network Information API, which Chromium has. */
    readonly connection?: { readonly saveData?: boolean };
  }
}

/** What was chosen here; until then what the browser was told for all sites. */
function recall(): boolean {
  const kept = attempt(() => localStorage.getItem(KEY));
  return kept ? kept === 'on' : navigator.connection?.saveData === true;
}

/** Takes over the checkbox. @param changed is told of each choice */
export function wireDataSaver(root: ParentNode, changed: () => void): DataSaver {
  const box = find(root, '[data-choice="save-data"]', HTMLInputElement);
  box.checked = recall();
  box.addEventListener('change', () => {
    // Where nothing is kept, it holds for this call.
    attempt(() => localStorage.setItem(KEY, box.checked ? 'on' : 'off'));
    changed();
  });
  return { isOn: () => box.checked };
}
