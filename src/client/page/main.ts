/**
 * What plain pages need beyond htmx, on every page, so it stays tiny: the reader's time zone, Enter to send,
 * a text box that is emptied only when the server has the message, notices that can be put away, and whether a
 * recording has to be taken further.
 */
import { WAITING } from '../capture/keeper.ts';
import { refuseForeign } from './foreign.ts';
import { explainMissingCalls } from './no-calls.ts';

// No header says the time zone, and times are shown by the server. A year, in seconds.
// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API isn't in Firefox ESR and Safari
document.cookie = `tz=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;

/** htmx's request context, as far as it is used here. */
type RequestEvent = CustomEvent<{
  ctx: {
    sourceElement: Element;
    fetch: typeof fetch;
    requestTimeout: number;
    response?: { status: number };
    foreign?: string;
  };
}>;
type CloseEvent = CustomEvent<{ code: number }>;

declare global {
  interface DocumentEventMap {
    'htmx:before:request': RequestEvent;
    'htmx:finally:request': RequestEvent;
    'htmx:ws:close': CloseEvent;
  }
}

/** Set by the build: the address of a script. */
declare const LEFTOVERS_URL: string;

// Only a page of somebody signed in can send it.
if (document.body.hasAttribute('hx-ws:connect') && isWaiting()) void import(LEFTOVERS_URL);

/** Whether something recorded on this device may not be on the server yet. */
function isWaiting(): boolean {
  try {
    return localStorage.getItem(WAITING) !== null;
  } catch {
    return false;
  }
}

const SIGNED_OUT = 4401;
document.addEventListener('htmx:ws:close', ({ detail }) => {
  if (detail.code === SIGNED_OUT) location.reload();
});

// Whatever brings a notice, it lies over the page until it is put away.
const notices = document.querySelector<HTMLElement>('.notices');
if (notices) {
  explainMissingCalls(notices);
  refuseForeign(notices);
  new MutationObserver(() => {
    for (const notice of notices.querySelectorAll('.notice')) {
      if (notice.querySelector('button')) continue;
      const button = document.createElement('button');
      button.className = 'quiet';
      button.textContent = notices.dataset.dismiss ?? '';
      button.addEventListener('click', () => notice.remove());
      notice.append(' ', button);
    }
  }).observe(notices, { childList: true, subtree: true });
}

const composer = document.querySelector<HTMLFormElement>('#composer');
const box = document.querySelector<HTMLTextAreaElement>('#body');

if (composer && box) {
  let sent = '';
  box.addEventListener('keydown', (event) => {
    // 229 is a key that an input method still works on: Enter then takes a Chinese word, it doesn't send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  document.addEventListener('htmx:before:request', ({ detail }) => {
    if (detail.ctx.sourceElement === composer) sent = box.value;
    // A file takes as long as it takes.
    if (detail.ctx.sourceElement.querySelector<HTMLInputElement>('[type=file]')?.files?.length)
      clearTimeout(detail.ctx.requestTimeout);
  });
  // A page that is only read needs none of what files need.
  const { attach } = composer.dataset;
  const load = () => void (attach && import(attach));
  composer.addEventListener('focusin', load, { once: true });
  composer.addEventListener('change', load, { once: true });
  document.addEventListener('dragenter', load, { once: true });
  document.addEventListener('htmx:finally:request', ({ detail }) => {
    if (detail.ctx.sourceElement !== composer) return;
    const error = document.querySelector<HTMLElement>('#composer-error');
    const file = composer.querySelector<HTMLInputElement>('[type=file]');
    const { foreign, response } = detail.ctx;
    const status = response?.status;
    if (status && status < 300) {
      // What was typed while the message was under way stays.
      if (box.value.startsWith(sent)) box.value = box.value.slice(sent.length);
      if (file) file.value = '';
      if (error) error.textContent = '';
    } else if ((foreign || !status || status >= 500) && error)
      error.textContent = foreign ?? error.dataset.unsent ?? '';
  });
}
