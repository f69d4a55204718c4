/**
 * Files in the composer: shown before they are sent, also pasted or dropped, and sent beside the text box, so that
 * one can go on writing. Loaded when it is first needed; without it the form sends the files by itself.
 */
import { find } from '../common/dom.ts';
import { createChosen } from './chosen.ts';
import { sortDropped } from './dropped.ts';
import { pastedFiles } from './pasted.ts';
import { createSending } from './sending.ts';

const composer = find(document, '#composer', HTMLFormElement);
const picker = () => find(composer, '#file', HTMLInputElement);
const inField = (): File[] => [...(picker().files ?? [])];

/** Whether files went with a request of htmx's. */
function hadFiles(ctx: object): boolean {
  const request: unknown = 'request' in ctx ? ctx.request : undefined;
  const body: unknown =
    typeof request === 'object' && request && 'body' in request ? request.body : undefined;
  // A field that is left empty counts as a file without a name.
  return body instanceof FormData && body.getAll('file').some((file) => file instanceof File && file.name);
}

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

  const chosen = createChosen({ list, locale, picker, early, box });
  const send = createSending({
    list: sendings,
    pattern: find(parts.content, '.sending', HTMLFormElement),
    locale,
    giveBack: (text) => {
      box.value ||= text;
    },
  });
  box.before(list);
  composer.before(sendings);

  function choose(files: Iterable<File>): void {
    error.textContent = '';
    chosen.add(files);
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
      const token = find(composer, 'input[name=_csrf]', HTMLInputElement).value;
      // The text goes with the first.
      for (const [place, file] of chosen.take().entries()) send(file, place === 0 ? box.value : '', token);
      box.value = '';
      box.focus();
    },
    true,
  );
  composer.addEventListener('change', ({ target }) => {
    if (target !== picker()) return;
    error.textContent = '';
    chosen.add(inField());
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
}

const early = inField();
if (!composer.matches('.htmx-request')) start(early);
else {
  // Whoever was quicker than this has sent by the form itself: what went with it must not be offered once more.
  const wait = ({ detail: { ctx } }: DocumentEventMap['htmx:finally:request']) => {
    if (ctx.sourceElement !== composer) return;
    document.removeEventListener('htmx:finally:request', wait);
    start(hadFiles(ctx) ? inField() : early);
  };
  document.addEventListener('htmx:finally:request', wait);
}
