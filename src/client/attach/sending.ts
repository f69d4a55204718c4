/** Files on their way: a form for each, which shows how far it is, so that one can go on writing. */
import { find } from '../common/dom.ts';
import { load } from '../common/scripts.ts';
import { showName } from './file-name.ts';
import { alone, drop, keep, keptFile, type Note } from './kept-files.ts';
import { fetchWithProgress } from './progress.ts';
import { createQueue } from './queue.ts';
import { showThumbnail } from './thumbnail.ts';

declare global {
  interface Window {
    htmx: {
      ajax(verb: string, path: string, options: object): Promise<void>;
      process(element: Element): void;
      swap(context: object): Promise<void>;
    };
  }
}

/** Set by the build: the address of a script. */
declare const POSTER_URL: string;

/** With this the server asks for a picture of the video that it has taken, and says where to. */
const POSTER_WANTED = 'porchlight-poster';

/** The server itself says that there is no room; any other 5xx is of something in between. */
const NO_ROOM = 507;

interface Parts {
  /** Where the forms stand. */
  list: HTMLElement;
  pattern: HTMLFormElement;
  locale: string;
  /** Whether the page shows another chat, or none: it wants no row then. */
  elsewhere: boolean;
  token(): string;
  /** The text of a file that is not to be sent after all. */
  giveBack(text: string): void;
}

export interface Sending {
  /** Sends a file that was chosen, after those that were given before. @param isKept whether the device keeps it */
  send(file: File, note: Note, isKept: Promise<boolean>): void;
  /** Takes up what an earlier page has kept, unless another page is at it. */
  takeUp(note: Note): void;
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

export function createSending({ list, pattern, locale, elsewhere, token, giveBack }: Parts): Sending {
  const queue = createQueue<HTMLFormElement>((form, waits) => {
    form.toggleAttribute('data-waiting', waits);
    find(form, 'progress', HTMLProgressElement).value = 0;
    const left = find(form, '.left', HTMLElement);
    left.textContent = waits ? (left.dataset.waiting ?? '') : '';
    find(form, '.error', HTMLElement).textContent = '';
  });
  /** What to do when a form is over. @param poster where a picture of its video is wanted */
  const done = new Map<HTMLFormElement, (poster?: string | null) => void>();
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

  // The server is there again, or the network is.
  document.addEventListener('htmx:ws:after:connection', queue.retry);
  addEventListener('online', queue.retry);

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
    if (status < 300) done.get(form)?.(ctx.response?.headers.get(POSTER_WANTED));
    queue.answered(form);
  });

  /** What leaving the page would lose, because the device couldn't keep it. */
  const isAtRisk = () => list.querySelector('form:is([aria-busy], [data-waiting]):not([data-kept])') !== null;
  addEventListener('beforeunload', (event) => {
    if (isAtRisk()) event.preventDefault();
  });
  // No question may stand between a call and its answer; the page that sends stays open behind it.
  document.addEventListener(
    'click',
    ({ target }) => {
      const link = target instanceof Element ? target.closest('#ring a') : null;
      if (link instanceof HTMLAnchorElement && isAtRisk())
        Object.assign(link, { target: '_blank', rel: 'noopener' });
    },
    true,
  );

  /** @param over is called when there is nothing left to do for it */
  function add(file: File, { key, me, text }: Note, over: () => void): HTMLFormElement {
    const form = document.importNode(pattern, true);
    form.setAttribute('aria-label', file.name);
    showName(find(form, '.file-name', HTMLElement), file.name);
    showThumbnail(find(form, '.thumbnail', HTMLElement), file);
    const beside = elsewhere ? 'elsewhere' : 'true';
    const fields = { _csrf: token(), key, from: me, body: text, beside };
    form.append(...Object.entries(fields).map(([name, value]) => hidden(name, value)));
    // Last, because the server reads the fields before it takes the file.
    form.append(fieldWith(file));
    done.set(form, (poster) => {
      form.remove();
      if (poster)
        load(POSTER_URL)
          .then(({ sendPoster }) => sendPoster(file, poster, token()))
          .catch(() => undefined);
      void drop(key).then(over);
    });
    find(form, '[data-do=cancel]', HTMLButtonElement).addEventListener('click', () => {
      form.dispatchEvent(new CustomEvent('htmx:abort'));
      done.get(form)?.();
      giveBack(text);
      queue.drop(form);
    });
    list.append(form);
    window.htmx.process(form);
    queue.add(form);
    return form;
  }

  return {
    send(file, note, isKept) {
      alone(
        note.key,
        () =>
          new Promise((over) => {
            const form = add(file, note, over);
            void Promise.all([isKept, keep({ ...note, isSent: true })]).then((kept) =>
              form.toggleAttribute('data-kept', kept.every(Boolean)),
            );
          }),
      );
    },
    takeUp(note) {
      alone(note.key, async () => {
        const file = await keptFile(note.key);
        if (!file) return;
        await new Promise<void>((over) => add(file, note, over).setAttribute('data-kept', ''));
      });
    },
  };
}
