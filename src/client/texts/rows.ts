/** The outbox of the chat that the page shows, as bubbles below its messages. */
import { find, setText } from '../common/dom.ts';
import { lateStyle } from '../common/late-style.ts';
import { addPendingRow, markOf } from '../common/pending-row.ts';
import { UNSENT } from '../common/storage-keys.ts';
import { dropUnsent, keepUnsent, type Unsent, unsentOf } from '../common/unsent.ts';
import { isBig } from './big.ts';

/** As long bubbles of one person are close together (chats/row-renderer.ts). */
const TOGETHER = 5 * 60 * 1000;
/** ms for the row of a text that another tab has done with. */
const ON_ITS_WAY = 5000;

interface Parts {
  me: string;
  chat: string;
  /** The text's row has come, or it is being changed. */
  letGo(key: string): void;
  wake(): void;
}

export interface Rows {
  /** Brings the page up to the outbox. */
  show(): void;
  /** Why nothing goes out for now; undefined while it does. */
  stuck(why: string | undefined): void;
  /** Whether the row that the server made of a text stands in the page. */
  has(text: Unsent): boolean;
}

export function createRows({ me, chat, letGo, wake }: Parts): Rows {
  const list = find(document, '#messages', HTMLElement);
  const log = list.closest<HTMLElement>('[role=log]');
  const { dataset } = find(document, '#pending-parts', HTMLElement);
  const { tag, hours, zone, title = '', because = '', away = '' } = dataset;
  const box = find(document, '#body', HTMLTextAreaElement);
  const time = new Intl.DateTimeFormat(tag, {
    hour: hours === 'h12' ? 'numeric' : '2-digit',
    minute: '2-digit',
    hourCycle: hours === 'h12' ? 'h12' : 'h23',
    timeZone: zone,
  });
  let why: string | undefined;

  /** That it isn't sent, and why. */
  const sentence = (reason: string) => because.replace('%', () => reason);
  const mine = () => unsentOf(me).filter((entry) => entry.chat === chat);
  const pendingRows = () => [...list.querySelectorAll<HTMLElement>(':scope > .pending')];
  const arrived = (mark: string | undefined) => list.querySelector(`[data-sent="${mark}"]:not(.pending)`);

  /** Makes it look as the server's row will, so that nothing moves when that takes its place. */
  function dress(row: HTMLElement, { at, text }: Unsent, reason: string | undefined): void {
    const before = row.previousElementSibling;
    const sentAt = before?.querySelector('time')?.dateTime;
    const isOwn = before?.matches('[data-own]:not(.call-entry)') ?? false;
    row.toggleAttribute('data-follows', isOwn && sentAt !== undefined && at - Date.parse(sentAt) < TOGETHER);
    find(row, '.text', HTMLElement).classList.toggle('big', isBig(text));
    const moment = find(row, 'time', HTMLTimeElement);
    moment.dateTime = new Date(at).toISOString();
    moment.textContent = time.format(at);
    if (reason !== undefined) void lateStyle();
    row.classList.toggle('unsent', reason !== undefined);
    find(row, '.actions', HTMLElement).hidden = reason === undefined;
    setText(find(row, '[role=alert]', HTMLElement), reason ?? '');
  }

  /**
   * Leaves Edit out while the box holds a text that may have arrived: it remembers the key of one, and without its key the
   * server would take that text for another one.
   */
  function offerEdit(): void {
    for (const row of pendingRows())
      find(row, '[data-do=edit]', HTMLElement).hidden = Boolean(box.dataset.sentAs);
  }
  // Behind what keeps the draft, and forgets the key of one that was taken out (page/boxes.ts).
  for (const type of ['input', 'change']) document.addEventListener(type, offerEdit);

  function show(): void {
    for (const entry of mine()) if (arrived(markOf(entry))) done(entry);
    const entries = mine();
    // What is sent from now on waits for something else, if for anything.
    if (entries.every(({ refused }) => refused)) why = undefined;
    const marks = new Set(entries.map(markOf));
    for (const row of pendingRows()) if (!marks.has(row.dataset.sent ?? '')) row.remove();
    // Of those that wait, the first says for all what they wait for.
    let waiting = why && sentence(why);
    for (const entry of entries) {
      const row = pendingRows().find(({ dataset }) => dataset.sent === markOf(entry)) ?? addPendingRow(entry);
      if (row) dress(row, entry, entry.refused ? sentence(entry.refused) : waiting);
      if (waiting && !entry.refused) waiting = title;
    }
    offerEdit();
  }

  function done(entry: Unsent): void {
    // By the live socket, which is often quicker than an answer: something goes out.
    why = undefined;
    dropUnsent(entry);
    for (const row of pendingRows()) if (row.dataset.sent === markOf(entry)) row.remove();
    letGo(entry.key);
  }

  // Whether it comes by the answer or by the live socket: its bubble goes before anything is painted.
  new MutationObserver(() => {
    if (pendingRows().length > 0) show();
  }).observe(list, { childList: true });

  list.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('.pending button') : null;
    const mark = button?.closest<HTMLElement>('.pending')?.dataset.sent;
    const entry = mine().find((one) => markOf(one) === mark);
    if (!button || !entry) return;
    if (button.dataset.do === 'retry') {
      why = undefined;
      keepUnsent({ ...entry, refused: '' });
      show();
      wake();
      // The button is gone. In the box, a phone would open its keyboard.
      log?.focus({ preventScroll: true });
    } else {
      dropUnsent(entry);
      letGo(entry.key);
      show();
      // The server knows by the key whether it has got the earlier version.
      box.dataset.sentAs = entry.key;
      box.value = [entry.text, box.value].filter(Boolean).join('\n');
      box.dispatchEvent(new Event('change', { bubbles: true }));
      box.focus();
    }
  });

  // What is gone from the outbox has been sent by another tab, and its row is about to come here as well.
  addEventListener('storage', ({ key, newValue }) => {
    if (!key?.startsWith(UNSENT)) return;
    if (newValue === null) setTimeout(show, ON_ITS_WAY);
    else show();
  });

  return {
    show,
    stuck(reason) {
      why = reason === '' ? away : reason;
      show();
    },
    has: (entry) => arrived(markOf(entry)) !== null,
  };
}
