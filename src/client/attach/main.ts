/**
 * Files in the composer: shown before they are sent, also pasted or dropped, and sent beside the text box, so that
 * one can go on writing. Loaded when it is first needed; without it the form sends the file by itself.
 */
import { newKey } from './key.ts';
import { fetchWithProgress } from './progress.ts';

declare global {
  interface Window {
    htmx: { process(element: Element): void };
  }
}

function need<Kind extends Element>(root: ParentNode, selector: string, kind: new () => Kind): Kind {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`no ${selector}`);
  return found;
}

const composer = need(document, '#composer', HTMLFormElement);
const box = need(composer, '#body', HTMLTextAreaElement);
// Not in a <template>, which text browsers would show.
const parts = document.createElement('template');
parts.innerHTML = need(document, '#attach-parts', HTMLScriptElement).text;
const chosen = need(parts.content, '#chosen', HTMLElement);
const sending = need(parts.content, '.sending', HTMLFormElement);
box.before(chosen);
const { locale = 'en' } = composer.dataset;
const picker = () => need(composer, '#file', HTMLInputElement);
const field = (name: string) => need(composer, `input[name=${name}]`, HTMLInputElement);

/** Whole kilobytes, or megabytes from where those are many. */
function sizeInWords(bytes: number): string {
  const unit = bytes < 1e6 ? 'kilobyte' : 'megabyte';
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 0 });
  return format.format(Math.ceil(bytes / (bytes < 1e6 ? 1e3 : 1e6)));
}

function showChosen(): void {
  const file = picker().files?.[0];
  chosen.hidden = !file;
  if (!file) return;
  need(chosen, '.file-name', HTMLElement).textContent = file.name;
  need(chosen, '.muted', HTMLElement).textContent = sizeInWords(file.size);
}

function choose(files: FileList | undefined): boolean {
  const file = files?.[0];
  if (!file) return false;
  const transfer = new DataTransfer();
  transfer.items.add(file);
  picker().files = transfer.files;
  showChosen();
  box.focus();
  return true;
}

function hidden(name: string, value: string): HTMLInputElement {
  const input = document.createElement('input');
  return Object.assign(input, { type: 'hidden', name, value });
}

/** Takes the file out of the composer and sends it by a form of its own, which shows how far it is. */
function sendChosen(): void {
  const input = picker();
  const form = document.importNode(sending, true);
  need(form, '.file-name', HTMLElement).textContent = input.files?.[0]?.name ?? '';
  const text = box.value;
  form.append(
    hidden('_csrf', field('_csrf').value),
    hidden('key', newKey()),
    hidden('body', text),
    hidden('beside', 'true'),
  );
  const empty = document.createElement('input');
  for (const { name, value } of input.attributes) empty.setAttribute(name, value);
  input.replaceWith(empty);
  // Last, because the server reads the fields before it takes the file.
  input.removeAttribute('id');
  input.hidden = true;
  form.append(input);
  box.value = '';
  box.focus();
  showChosen();
  composer.before(form);
  need(form, '[data-do=cancel]', HTMLButtonElement).addEventListener('click', () => {
    form.dispatchEvent(new CustomEvent('htmx:abort'));
    box.value ||= text;
    form.remove();
  });
  window.htmx.process(form);
  form.requestSubmit();
}

document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  const form = ctx.sourceElement;
  if (!form.matches('.sending')) return;
  form.setAttribute('aria-busy', 'true');
  need(form, '.error', HTMLElement).textContent = '';
  const bar = need(form, 'progress', HTMLProgressElement);
  ctx.fetch = fetchWithProgress(bar, need(form, '.left', HTMLElement), locale);
});

document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  const form = ctx.sourceElement;
  if (!(form instanceof HTMLElement) || !form.matches('.sending')) return;
  form.removeAttribute('aria-busy');
  const status = ctx.response?.status;
  if (status && status < 300) form.remove();
  else if (!status) need(form, '.error', HTMLElement).textContent = form.dataset.unsent ?? '';
});

// Before htmx hears of it.
document.addEventListener(
  'submit',
  (event) => {
    if (event.target !== composer || !picker().files?.length) return;
    event.preventDefault();
    event.stopPropagation();
    sendChosen();
  },
  true,
);
composer.addEventListener('change', showChosen);
need(chosen, 'button', HTMLButtonElement).addEventListener('click', () => {
  picker().value = '';
  showChosen();
});
composer.addEventListener('paste', (event) => {
  // A word processor's text comes with a picture of itself: what has text is text.
  if (event.clipboardData?.types.includes('text/plain')) return;
  if (choose(event.clipboardData?.files)) event.preventDefault();
});
document.addEventListener('dragover', (event) => {
  if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
});
document.addEventListener('drop', (event) => {
  if (choose(event.dataTransfer?.files)) event.preventDefault();
});
addEventListener('beforeunload', (event) => {
  if (document.querySelector('.sending[aria-busy]')) event.preventDefault();
});
// It may have been chosen before this was loaded.
showChosen();
