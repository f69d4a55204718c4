/**
 * Sends what this device's outbox holds, from whatever page of its person is open; the chat's own page shows it meanwhile.
 * Loaded when somebody begins to write, or by a page that finds something to send.
 */
import { newKey } from '../common/key.ts';
import { pageHeaders } from '../common/page-headers.ts';
import { load } from '../common/scripts.ts';
import { dropUnsent, keepUnsent, type Unsent, unsentOf } from '../common/unsent.ts';
import { inTurn } from './in-turn.ts';
import { type Answer, createLane, type Lane } from './lane.ts';
import { postText } from './post.ts';
import { createRows } from './rows.ts';

/** Set by the build: the script's address. */
declare const DRAFT_LINES_URL: string;

declare global {
  interface Window {
    htmx: {
      ajax(verb: string, path: string, options: object): Promise<void>;
      process(element: Element): void;
      swap(context: object): Promise<void>;
    };
  }
}

const { me = '' } = document.body.dataset;
const lanes = new Map<string, Lane>();

/** The chat that is written in on this page. */
const shown = document.querySelector('#pending-parts')
  ? document.querySelector<HTMLTextAreaElement>('#body')?.dataset.draft?.split('.')[1]
  : undefined;
const rows =
  shown === undefined
    ? undefined
    : createRows({ me, chat: shown, wake, letGo: (key) => lanes.get(shown)?.letGo(key) });

/** Still in the outbox: whoever has signed out took everything from it. */
const isKept = ({ key }: Unsent): boolean => unsentOf(me).some((entry) => entry.key === key);

async function answered(text: Unsent, answer: Answer): Promise<void> {
  if (!isKept(text)) return;
  if (answer.is === 'sent') {
    const { body } = document;
    const swap = { sourceElement: body, target: body, swap: 'none swapEmpty:false', transition: false };
    // The live socket is often quicker; and what can't be shown now comes with the next update.
    if (text.chat === shown && !rows?.has(text))
      await window.htmx.swap({ ...swap, text: answer.html }).catch(() => undefined);
    dropUnsent(text);
  } else if (answer.is === 'refused') {
    if (answer.renew) dropUnsent(text);
    keepUnsent({ ...text, refused: answer.why, ...(answer.renew && { key: newKey() }) });
    // Of another chat, the list says it.
    if (document.querySelector('#chat-lines'))
      load(DRAFT_LINES_URL).then(
        (lines) => lines.show(),
        () => {},
      );
  }
  rows?.show();
}

function pause(ms: number) {
  let cut = () => {};
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    cut = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { over, cut };
}

function laneOf(chat: string): Lane {
  const known = lanes.get(chat);
  if (known) return known;
  const lane = createLane({
    next: () => unsentOf(me).find((entry) => entry.chat === chat && !entry.refused),
    post: (text, signal) => postText(text, { headers: pageHeaders(), shown: chat === shown, signal }),
    answered,
    stuck: (why) => {
      if (chat === shown) rows?.stuck(why);
    },
    inTurn: (work) => inTurn(`porchlight.unsent.${me}.${chat}`, work),
    clock: { now: () => performance.now(), pause },
  });
  lanes.set(chat, lane);
  return lane;
}

/** Something was written, or there may be a connection again. */
export function wake(): void {
  rows?.show();
  for (const chat of new Set(unsentOf(me).map((entry) => entry.chat))) laneOf(chat).wake();
}

// What the form itself couldn't send is in its box still, and can be sent now.
document.addEventListener('htmx:ws:after:connection', () => {
  const error = document.querySelector<HTMLElement>('#composer-error');
  if (error && error.textContent === error.dataset.unsent) error.replaceChildren();
});
addEventListener('online', wake);
// From the browser's memory, or from another tab.
addEventListener('pageshow', wake);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) wake();
});
