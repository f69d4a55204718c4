/**
 * What is typed but not sent yet, kept on this device: leaving the page, for a call for example, loses nothing. A text box
 * has the name for it in `data-draft`, which starts with the person's id, so that nobody else sees it.
 */
import { attempt } from '../common/storage.ts';
import { DRAFT, UNSENT } from '../common/storage-keys.ts';
import { grow } from './growing.ts';

interface Draft {
  text: string;
  /** Not empty: an earlier version of it was sent under this key, and may or may not have arrived. */
  key: string;
}

const nameOf = (box: HTMLTextAreaElement): string => DRAFT + box.dataset.draft;

function parse(kept: string | null | undefined): Draft {
  const [key = '', ...lines] = kept?.split('\n') ?? [];
  return { key, text: lines.join('\n') };
}

/** `data-sent-as` is the key of an earlier version. */
export function keepDraft(box: HTMLTextAreaElement): void {
  const { draft, sentAs = '' } = box.dataset;
  if (!draft) return;
  // As the server gave it, there is nothing to keep.
  if (box.value === box.defaultValue) {
    delete box.dataset.sentAs;
    dropDraft(box);
  } else attempt(() => localStorage.setItem(nameOf(box), `${sentAs}\n${box.value}`));
}

/** Forgets what was typed in a box, whose form is done with. */
export function dropDraft(box: HTMLTextAreaElement): void {
  attempt(() => localStorage.removeItem(nameOf(box)));
}

/** Forgets what anybody wrote here, sent off or not. @param but the id of a person whose texts stay */
export function forgetDrafts(but?: string): void {
  attempt(() => {
    for (const name of Object.keys(localStorage))
      for (const kind of [DRAFT, UNSENT])
        if (name.startsWith(kind) && !(but && name.startsWith(`${kind}${but}.`)))
          localStorage.removeItem(name);
  });
}

/** Shows in a box what was typed there before. */
export function restoreDraft(box: HTMLTextAreaElement): void {
  const { text, key } = parse(attempt(() => localStorage.getItem(nameOf(box))));
  if (!text || box.value !== box.defaultValue) return;
  box.value = text;
  if (key) box.dataset.sentAs = key;
}

/** Another tab that shows the same box follows, unless someone is typing in it. */
addEventListener('storage', ({ key, oldValue, newValue }) => {
  for (const box of document.querySelectorAll<HTMLTextAreaElement>('[data-draft]'))
    if (key === nameOf(box) && box.value === (parse(oldValue).text || box.defaultValue)) {
      box.value = parse(newValue).text || box.defaultValue;
      grow(box);
    }
});
