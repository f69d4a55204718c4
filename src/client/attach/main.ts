/**
 * Files in the composer: shown before they are sent, pasted or dropped as well, and sent independently of the text box,
 * so that one can keep writing. Loaded when first needed; without it the form sends the files by itself.
 */
import { find } from '../common/dom.ts';
import { newKey } from '../common/key.ts';
import { lateStyle } from '../common/late-style.ts';
import { createChosen } from './chosen.ts';
import { sortDropped } from './dropped.ts';
import { drop, keep, keptFile, keptNotes, type Note } from './kept-files.ts';
import { pastedFiles } from './pasted.ts';
import { createSending } from './sending.ts';

void lateStyle();

const composer = find(document, '#composer', HTMLFormElement);
const picker = () => find(composer, '#file', HTMLInputElement);
const inField = (): File[] => [...(picker().files ?? [])];

/** @param early what was chosen before this was loaded, and isn't sent */
function start(early: File[]): void {
  const box = find(composer, '#body', HTMLTextAreaElement);
  // Not in a <template>, which text browsers would show.
  const parts = document.createElement('template');
  parts.innerHTML = find(document, '#attach-parts', HTMLScriptElement).text;
  const list = find(parts.content, '#chosen', HTMLElement);
  const sendings = find(parts.content, '.sendings', HTMLElement);
  const { locale = 'en' } = composer.dataset;
  const error = find(composer, '#composer-error', HTMLElement);

  const me = document.body.dataset.me ?? '';
  const chat = new URL(composer.action).pathname.split('/').at(-1) ?? '';
  /** What is kept for each file waiting in the composer. */
  const kept = new Map<File, { note: Note; isKept: Promise<boolean> }>();
  let at = Date.now();
  /** Chosen on this very page, so there is nothing to pick up. */
  const own = new Set<string>();

  /** Our scripts' way to say that they have put a text there. */
  function write(text: string): void {
    box.value = text;
    box.dispatchEvent(new Event('change', { bubbles: true }));
  }

  const chosen = createChosen({
    ...{ list, locale, picker, box },
    removed(file) {
      const key = kept.get(file)?.note.key;
      if (key) void drop(key);
      kept.delete(file);
    },
  });
  const sending = createSending({
    list: sendings,
    pattern: find(parts.content, '.sending', HTMLFormElement),
    locale,
    elsewhere: false,
    token: () => find(composer, 'input[name=_csrf]', HTMLInputElement).value,
    giveBack: (text) => {
      if (!box.value) write(text);
    },
  });
  box.before(list);
  composer.before(sendings);

  function add(files: Iterable<File>): void {
    const added = [...files];
    for (const file of added) {
      const note = { key: newKey(), me, chat, text: '', at: at++, isSent: false };
      own.add(note.key);
      kept.set(file, { note, isKept: keep(note, file) });
    }
    chosen.add(added);
  }

  /** What an earlier page left behind: being sent, or only chosen. */
  async function takeUp(): Promise<void> {
    for (const note of await keptNotes(me)) {
      if (note.chat !== chat || own.has(note.key)) continue;
      if (note.isSent) sending.takeUp(note);
      else {
        const file = await keptFile(note.key);
        if (!file) continue;
        kept.set(file, { note, isKept: Promise.resolve(true) });
        chosen.add([file]);
      }
    }
  }

  function choose(files: Iterable<File>): void {
    error.textContent = '';
    add(files);
    box.focus();
  }

  // Before htmx hears of it.
  document.addEventListener(
    'submit',
    (event) => {
      if (event.target !== composer || chosen.isEmpty()) return;
      event.preventDefault();
      event.stopPropagation();
      error.textContent = '';
      // The text goes with the first.
      let text = box.value;
      for (const file of chosen.take()) {
        const { note, isKept } = kept.get(file) ?? {};
        kept.delete(file);
        if (note && isKept) sending.send(file, { ...note, text }, isKept);
        text = '';
      }
      write('');
      box.focus();
    },
    true,
  );
  composer.addEventListener('change', ({ target }) => {
    if (target !== picker()) return;
    error.textContent = '';
    add(inField());
  });
  composer.addEventListener('paste', (event) => {
    const files = event.clipboardData ? pastedFiles(event.clipboardData) : [];
    if (files.length === 0) return;
    event.preventDefault();
    choose(files);
  });
  document.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    const { files, hasFolder } = sortDropped(event.dataTransfer);
    choose(files);
    if (hasFolder) error.textContent = list.dataset.folder ?? '';
  });
  add(early);
  // Without storage there is nothing to pick up.
  takeUp().catch(() => undefined);
}

if (!composer.matches('.htmx-request')) start(inField());
else {
  // Someone quicker than this script has sent by the form itself: what it took is gone from the field then.
  const wait = ({ detail: { ctx } }: DocumentEventMap['htmx:finally:request']) => {
    if (ctx.sourceElement !== composer) return;
    document.removeEventListener('htmx:finally:request', wait);
    start(inField());
  };
  document.addEventListener('htmx:finally:request', wait);
}
