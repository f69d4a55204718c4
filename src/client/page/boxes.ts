/**
 * Every text box for messages, the composer's and those in which one is changed: kept, and as high as its text. And what a
 * page needs for its sounds, which come in the same ways.
 */
import { load } from '../common/scripts.ts';
import { dropDraft, keepDraft, restoreDraft } from './drafts.ts';
import { grow } from './growing.ts';

/** Set by the build: the script's address. */
declare const PLAYER_URL: string;

function take(root: ParentNode): void {
  // Without it there is the browser's own player.
  if (root.querySelector('audio[controls]')) load(PLAYER_URL).catch(() => {});
  for (const box of root.querySelectorAll<HTMLTextAreaElement>('[data-draft]')) {
    restoreDraft(box);
    grow(box);
  }
}

export function wireBoxes(): void {
  take(document);
  // `change` as well: that is how our scripts say that they have put a text there.
  for (const type of ['input', 'change'] as const)
    document.addEventListener(type, ({ target }) => {
      if (!(target instanceof HTMLTextAreaElement)) return;
      grow(target);
      keepDraft(target);
    });
  // A message that is to be changed becomes a form of its own.
  document.addEventListener('htmx:after:process', ({ target }) => {
    if (target instanceof Element) take(target);
  });
  document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
    // Changed, deleted, or thought better of: whatever was asked for there is done.
    const box = ctx.sourceElement.closest('.editing, .card')?.querySelector('textarea');
    if (box && ctx.response && ctx.response.status < 300) dropDraft(box);
  });
  addEventListener('resize', () => document.querySelectorAll('textarea').forEach(grow));
}
