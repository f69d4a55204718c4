/**
 * What plain pages need beyond htmx, on every page, so it stays tiny: the reader's time zone, what is typed and
 * how it is sent, notices that can be put away, and whether a recording has to be taken further.
 */
import { WAITING } from '../capture/keeper.ts';
import { wireBoxes } from './boxes.ts';
import { wireComposer } from './composer.ts';
import { forgetDrafts } from './drafts.ts';
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
    'htmx:after:request': RequestEvent;
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

// Nobody else may find what somebody typed here: not after they signed out, here or from another device.
const { me, signedOut } = document.body.dataset;
if (me || signedOut) forgetDrafts(me);
document.querySelector('.signout')?.addEventListener('submit', () => forgetDrafts());

const SIGNED_OUT = 4401;
document.addEventListener('htmx:ws:close', ({ detail }) => {
  if (detail.code !== SIGNED_OUT) return;
  forgetDrafts();
  location.reload();
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
wireBoxes();
if (composer && box) wireComposer(composer, box);
