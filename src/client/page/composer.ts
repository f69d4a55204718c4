/** The box in which messages are written: Enter sends, and it is emptied only when the server has the message. */
import { load } from '../common/scripts.ts';
import { keepDraft, readDraft } from './drafts.ts';
import { grow } from './growing.ts';

export function wireComposer(composer: HTMLFormElement, box: HTMLTextAreaElement): void {
  const field = (name: string): HTMLInputElement | null => composer.querySelector(`[name=${name}]`);
  // On a keyboard of glass Enter is the only way to a new line.
  const isTouch = matchMedia('(hover: none) and (pointer: coarse)');
  let sent = '';
  /** Browsers end a page's requests before the page itself, as if the server were away. */
  let leaves = false;
  addEventListener('beforeunload', () => {
    leaves = true;
  });

  box.addEventListener('keydown', (event) => {
    // 229 is a key that an input method still works on: Enter then takes a Chinese word, it doesn't send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (isTouch.matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    composer.requestSubmit();
  });

  document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
    const hasFile = ctx.sourceElement.querySelector<HTMLInputElement>('[type=file]')?.files?.length;
    // A file takes as long as it takes.
    if (hasFile) clearTimeout(ctx.requestTimeout);
    if (ctx.sourceElement !== composer) return;
    sent = box.value;
    leaves = false;
    // Whoever leaves now doesn't learn whether it arrives; the same key again doubles nothing.
    if (!hasFile) box.dataset.sending = field('key')?.value ?? '';
    keepDraft(box);
  });

  document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
    if (ctx.sourceElement !== composer) return;
    const error = document.querySelector<HTMLElement>('#composer-error');
    const { foreign, response } = ctx;
    const status = response?.status;
    if (!status && leaves) return;
    if (status && status < 300) {
      // What was typed while the message was under way stays.
      if (box.value.startsWith(sent)) box.value = box.value.slice(sent.length);
      const file = field('file');
      if (file) file.value = '';
      if (error) error.textContent = '';
    } else if ((foreign || !status || status >= 500) && error)
      error.textContent = foreign ?? error.dataset.unsent ?? '';
    delete box.dataset.sending;
    keepDraft(box);
    grow(box);
  });

  // It was on its way when the page was left, and the server knows by the key whether it has it.
  const draft = readDraft(box);
  const key = field('key');
  if (key && draft.key && draft.text === box.value) {
    key.value = draft.key;
    // As soon as htmx knows the form.
    setTimeout(() => composer.requestSubmit());
  }

  // A page that is only read needs none of what files need.
  const { attach } = composer.dataset;
  const loadAttach = () => void (attach && load(attach));
  composer.addEventListener('focusin', loadAttach, { once: true });
  composer.addEventListener('change', loadAttach, { once: true });
  document.addEventListener('dragenter', loadAttach, { once: true });
}
