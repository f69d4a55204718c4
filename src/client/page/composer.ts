/**
 * The box in which messages are written: Enter sends. A text goes to the outbox of this device first, so the box is empty
 * at once however slow the line is. What can't go there is sent by the form, and stays in the box until it has arrived.
 */
import { newKey } from '../common/key.ts';
import { addPendingRow } from '../common/pending-row.ts';
import { load } from '../common/scripts.ts';
import { keepUnsent } from '../common/unsent.ts';
import { keepDraft } from './drafts.ts';
import { grow } from './growing.ts';

/** Set by the build: the script's address. */
declare const TEXTS_URL: string;

/** Characters that the server takes in any case; it counts those of an emoji as one. */
const LONGEST = 10_000;

/** @param send takes the outbox further */
export function wireComposer(composer: HTMLFormElement, box: HTMLTextAreaElement, send: () => void): void {
  const file = () => composer.querySelector<HTMLInputElement>('[name=file]');
  const [me = '', chat = ''] = box.dataset.draft?.split('.') ?? [];
  // On a keyboard of glass Enter is the only way to a new line.
  const isTouch = matchMedia('(hover: none) and (pointer: coarse)');
  let sent = '';
  /** Whether files were chosen after the form had gone. */
  let isChosenAnew = false;

  box.addEventListener('keydown', (event) => {
    // 229 is a key that an input method still works on: Enter then takes a Chinese word, it doesn't send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (isTouch.matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    composer.requestSubmit();
  });

  /** Puts the text into the outbox. @returns whether it could be kept there */
  function post(text: string): boolean {
    const key = box.dataset.sentAs || newKey();
    const entry = { me, chat, at: Date.now(), key, text, refused: '' };
    if (!keepUnsent(entry)) return false;
    addPendingRow(entry);
    return true;
  }

  // Before htmx hears of it.
  document.addEventListener(
    'submit',
    (event) => {
      const text = box.value.trim();
      if (event.target !== composer || file()?.files?.length) return;
      // What is wrong with these the server says.
      if (!text || text.length > LONGEST || !post(text)) return;
      event.preventDefault();
      event.stopPropagation();
      document.querySelector('#composer-error')?.replaceChildren();
      document.querySelector('.messages-scroll')?.scrollTo(0, 0);
      box.value = '';
      keepDraft(box);
      grow(box);
      // The keyboard of a phone stays.
      box.focus();
      send();
    },
    true,
  );

  document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
    // A file takes as long as it takes.
    if (ctx.sourceElement.querySelector<HTMLInputElement>('[type=file]')?.files?.length)
      clearTimeout(ctx.requestTimeout);
    if (ctx.sourceElement !== composer) return;
    sent = box.value;
    isChosenAnew = false;
  });
  composer.addEventListener('change', ({ target }) => {
    if (target === file()) isChosenAnew = true;
  });

  document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
    if (ctx.sourceElement !== composer) return;
    const error = document.querySelector<HTMLElement>('#composer-error');
    const status = ctx.response?.status;
    if (status && status < 300) {
      // What was typed or chosen while the message was under way stays.
      if (box.value.startsWith(sent)) box.value = box.value.slice(sent.length);
      const field = file();
      if (field && !isChosenAnew) field.value = '';
      error?.replaceChildren();
    } else if ((ctx.foreign || !status || status >= 500) && error)
      error.textContent = ctx.foreign ?? error.dataset.unsent ?? '';
    keepDraft(box);
    grow(box);
  });

  // A page that is only read needs none of what sending needs, not even one that has put the focus here by itself.
  const prepare = () => {
    // Where they can't be had now, they are asked for again when there is something to send.
    for (const script of [composer.dataset.attach, TEXTS_URL]) if (script) load(script).catch(() => {});
  };
  for (const type of ['keydown', 'pointerdown', 'paste', 'dragenter', 'change'])
    document.addEventListener(type, prepare, { once: true });
  // Who is quicker than the page's script has chosen already, and may touch nothing but "Send".
  if (file()?.files?.length) prepare();
}
