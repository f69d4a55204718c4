/** Files on their way: a form for each, which shows how far it is, so that one can go on writing. */
import { find } from '../common/dom.ts';
import { newKey } from '../common/key.ts';
import { fetchWithProgress } from './progress.ts';
import { createQueue } from './queue.ts';

declare global {
  interface Window {
    htmx: { process(element: Element): void };
  }
}

/** The server itself says that there is no room; any other 5xx is of something in between. */
const NO_ROOM = 507;

interface Parts {
  /** Where the forms stand. */
  list: HTMLElement;
  pattern: HTMLFormElement;
  locale: string;
  /** The text of a file that is not to be sent after all. */
  giveBack(text: string): void;
}

function hidden(name: string, value: string): HTMLInputElement {
  return Object.assign(document.createElement('input'), { type: 'hidden', name, value });
}

/** A field of its own, which holds the one file. */
function fieldWith(file: File): HTMLInputElement {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  const field = Object.assign(document.createElement('input'), { type: 'file', name: 'file', hidden: true });
  field.files = transfer.files;
  return field;
}

/** @returns sends a file with a text, after those that were given before */
export function createSending({ list, pattern, locale, giveBack }: Parts) {
  const queue = createQueue<HTMLFormElement>((form, waits) => {
    form.toggleAttribute('data-waiting', waits);
    const left = find(form, '.left', HTMLElement);
    left.textContent = waits ? (left.dataset.waiting ?? '') : '';
    find(form, '.error', HTMLElement).textContent = '';
  });
  const isOurs = (element: unknown): element is HTMLFormElement =>
    element instanceof HTMLFormElement && element.parentElement === list;

  // Before htmx hears of it.
  document.addEventListener(
    'submit',
    (event) => {
      if (!isOurs(event.target) || queue.admit(event.target)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (!isOurs(form)) return;
    form.setAttribute('aria-busy', 'true');
    const bar = find(form, 'progress', HTMLProgressElement);
    ctx.fetch = fetchWithProgress(bar, find(form, '.left', HTMLElement), locale);
  });

  document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (!isOurs(form)) return;
    form.removeAttribute('aria-busy');
    find(form, '.left', HTMLElement).textContent = '';
    const status = ctx.response?.status;
    if (!status || (status >= 500 && status !== NO_ROOM)) {
      find(form, '.error', HTMLElement).textContent = ctx.foreign ?? form.dataset.unsent ?? '';
      return queue.broke(form);
    }
    if (ctx.foreign) find(form, '.error', HTMLElement).textContent = ctx.foreign;
    if (status < 300) form.remove();
    queue.answered(form);
  });

  addEventListener('beforeunload', (event) => {
    if (list.querySelector('[aria-busy], [data-waiting]')) event.preventDefault();
  });

  return (file: File, text: string, token: string): void => {
    const form = document.importNode(pattern, true);
    form.setAttribute('aria-label', file.name);
    find(form, '.file-name', HTMLElement).textContent = file.name;
    const key = newKey();
    form.append(hidden('_csrf', token), hidden('key', key), hidden('body', text), hidden('beside', 'true'));
    // Last, because the server reads the fields before it takes the file.
    form.append(fieldWith(file));
    find(form, '[data-do=cancel]', HTMLButtonElement).addEventListener('click', () => {
      form.dispatchEvent(new CustomEvent('htmx:abort'));
      form.remove();
      giveBack(text);
      queue.drop(form);
    });
    list.append(form);
    window.htmx.process(form);
    queue.add(form);
  };
}
