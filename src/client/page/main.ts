/**
 * What plain pages need beyond htmx, on every page, so it stays tiny: the reader's time zone, what is typed and
 * how it is sent, notices that can be put away, whether the server is there, and whether a recording has to be taken further.
 */
import { load } from '../common/scripts.ts';
import { attempt, keepsAny } from '../common/storage.ts';
import { DRAFT, FILES, RECORDINGS, TO_FORGET, UNSENT } from '../common/storage-keys.ts';
import { hasWebRtc } from '../common/webrtc.ts';
import { wireBoxes } from './boxes.ts';
import { wireComposer } from './composer.ts';
import { forgetDrafts } from './drafts.ts';
import { refuseForeign } from './foreign.ts';
import { wireProgress } from './navigation-progress.ts';
import { openLog } from './open-log.ts';
import { wirePresses } from './presses.ts';
import { wireReach } from './reach.ts';
import { wireSeen } from './seen.ts';
import { wireSounds } from './sound-loader.ts';
import { wireTouched } from './touched.ts';
import { wireUnread } from './unread.ts';
import { noteWidth, startWriting } from './wide.ts';

// No header says the time zone, and times are shown by the server. A year, in seconds.
// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API isn't in Firefox ESR and Safari
document.cookie = `tz=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;

noteWidth();

/** htmx's request context, as far as it is used here. */
type RequestEvent = CustomEvent<{
  ctx: {
    sourceElement: Element;
    fetch: typeof fetch;
    requestTimeout: number;
    response?: { status: number; headers: Headers };
    foreign?: string;
  };
}>;

declare global {
  interface DocumentEventMap {
    'htmx:before:request': RequestEvent;
    'htmx:after:request': RequestEvent;
    'htmx:finally:request': RequestEvent;
  }
}

/** Set by the build: the addresses of scripts. */
declare const LEFTOVERS_URL: string;
declare const DRAFT_LINES_URL: string;
declare const ELSEWHERE_URL: string;
declare const TEXTS_URL: string;
declare const FIRST_TOUCH_URL: string;
declare const PLAYING_URL: string;
declare const NO_CALLS_URL: string;

const composer = document.querySelector<HTMLFormElement>('#composer');
const box = document.querySelector<HTMLTextAreaElement>('#body');
const { me, signedOut } = document.body.dataset;

/** What this device keeps under a name, unless it keeps nothing for pages. */
const kept = (name: string) => attempt(() => localStorage.getItem(name));

// Only a page of somebody signed in can send it.
if (me && kept(RECORDINGS)) void load(LEFTOVERS_URL);

/** Nobody else may find what somebody typed or chose here: not after they signed out, here or from elsewhere. */
function forget(): void {
  forgetDrafts();
  if (!kept(FILES)) return;
  // Where the page is gone before it is done, the next one does it again.
  localStorage.setItem(FILES, TO_FORGET);
  indexedDB.deleteDatabase(FILES).onsuccess = () => localStorage.removeItem(FILES);
}
if (signedOut || kept(FILES) === TO_FORGET) forget();
else if (me) {
  forgetDrafts(me);
  if (document.querySelector('#chat-lines') && [DRAFT, UNSENT].some(keepsAny)) void load(DRAFT_LINES_URL);
  if (kept(FILES)) {
    void load(ELSEWHERE_URL);
    if (composer?.dataset.attach) void load(composer.dataset.attach);
  }
}
for (const form of document.querySelectorAll('.signout')) form.addEventListener('submit', forget);

const line = document.querySelector<HTMLElement>('.connection');
if (line)
  wireReach(line, () => {
    forget();
    location.reload();
  });

// Whatever brings a notice, it lies over the page until it is put away.
const notices = document.querySelector<HTMLElement>('.notices');
if (notices) {
  if (!hasWebRtc()) {
    // The stylesheet dims the links, and takes Accept out of what rings.
    document.documentElement.dataset.calls = 'none';
    load(NO_CALLS_URL).then(
      ({ explainMissingCalls }) => explainMissingCalls(notices),
      () => {},
    );
  }
  refuseForeign(notices);
  new MutationObserver(() => {
    for (const notice of notices.querySelectorAll<HTMLElement>('.notice')) {
      if (notice.querySelector('button')) continue;
      const button = document.createElement('button');
      button.className = 'quiet';
      button.textContent = notices.dataset.dismiss ?? '';
      button.addEventListener('click', () => notice.remove());
      // A layer, so that the focus returns to where it was (layers.ts). A tap beside it doesn't say that it was read.
      Object.assign(notice.dataset, { layer: '', firm: '' });
      button.dataset.close = '';
      notice.append(' ', button);
    }
  }).observe(notices, { childList: true, subtree: true });
}

/** When the script is asked for again, and after how many ms next time. */
let retry: ReturnType<typeof setTimeout> | undefined;
let wait = 1000;

/** Takes further what was sent off and hasn't arrived yet, in whatever chat. */
function sendTexts(): void {
  clearTimeout(retry);
  if (me && keepsAny(`${UNSENT}${me}.`))
    load(TEXTS_URL).then(
      ({ wake }) => wake(),
      () => {
        clearTimeout(retry);
        wait = Math.min(wait * 2, 60_000);
        retry = setTimeout(sendTexts, wait);
      },
    );
}
sendTexts();
document.addEventListener('htmx:ws:after:connection', sendTexts);

const touched = document.querySelector<HTMLElement>('[data-script]');
if (touched) wireTouched(touched);

// Media events don't bubble. What has just come is often played at once, before its row has all it gets.
for (const sign of ['loadstart', 'play'])
  document.addEventListener(sign, () => void load(PLAYING_URL).catch(() => {}), { capture: true });

// A failure is said by `load`, if an update is the reason. The next touch tries again.
function awaitTouch(): void {
  for (const sign of ['keydown', 'pointerdown'])
    document.addEventListener(sign, firstTouch, { once: true, capture: true });
}
const firstTouch = () => load(FIRST_TOUCH_URL).catch(awaitTouch);
awaitTouch();

openLog();
wireBoxes();
wirePresses();
wireProgress();
wireSeen();
wireSounds();
wireUnread();
if (composer && box) {
  startWriting(box);
  wireComposer(composer, box, sendTexts);
}
