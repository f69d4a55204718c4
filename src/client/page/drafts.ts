/**
 * What is typed but not sent yet, kept on this device: leaving the page, for a call for example, loses nothing. A text box
 * has the name for it in `data-draft`, which starts with the person's id, so that nobody else sees it.
 */
import { DRAFT } from '../common/storage-keys.ts';
import { grow } from './growing.ts';

interface Draft {
  text: string;
  /** Not empty: it was being sent under this key when the page was left, and may or may not have arrived. */
  key: string;
}

const nameOf = (box: HTMLTextAreaElement): string => DRAFT + box.dataset.draft;

/** A browser may refuse storage to pages, and then throws on access. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function parse(kept: string | null | undefined): Draft {
  const [key = '', ...lines] = kept?.split('\n') ?? [];
  return { key, text: lines.join('\n') };
}

export function readDraft(box: HTMLTextAreaElement): Draft {
  return parse(attempt(() => localStorage.getItem(nameOf(box))));
}

/** `data-sending` is the key under which it is being sent right now. */
export function keepDraft(box: HTMLTextAreaElement): void {
  const { draft, sending = '' } = box.dataset;
  if (!draft) return;
  attempt(() => {
    // As the server gave it, there is nothing to keep.
    if (box.value === box.defaultValue) localStorage.removeItem(nameOf(box));
    else localStorage.setItem(nameOf(box), `${sending}\n${box.value}`);
  });
}

/** Forgets what was typed in a box, whose form is done with. */
export function dropDraft(box: HTMLTextAreaElement): void {
  attempt(() => localStorage.removeItem(nameOf(box)));
}

/** Forgets what anybody typed here. @param but the id of a person whose texts stay */
export function forgetDrafts(but?: string): void {
  attempt(() => {
    for (const name of Object.keys(localStorage))
      if (name.startsWith(DRAFT) && !(but && name.startsWith(`${DRAFT}${but}.`)))
        localStorage.removeItem(name);
  });
}

/** Shows in a box what was typed there before. */
export function restoreDraft(box: HTMLTextAreaElement): void {
  const { text } = readDraft(box);
  if (text && box.value === box.defaultValue) box.value = text;
}

/** Another tab that shows the same box follows, unless someone is typing in it. */
addEventListener('storage', ({ key, oldValue, newValue }) => {
  for (const box of document.querySelectorAll<HTMLTextAreaElement>('[data-draft]'))
    if (key === nameOf(box) && box.value === (parse(oldValue).text || box.defaultValue)) {
      box.value = parse(newValue).text || box.defaultValue;
      grow(box);
    }
});
