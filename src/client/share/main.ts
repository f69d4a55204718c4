/** The page that asks which chat something from another app goes to: shows it, and puts it into the composer of that chat. */
import { showName } from '../attach/file-name.ts';
import { drop, keep, type Note } from '../attach/kept-files.ts';
import { showThumbnail } from '../attach/thumbnail.ts';
import { find, setText } from '../common/dom.ts';
import { newKey } from '../common/key.ts';
import { lateStyle } from '../common/late-style.ts';
import { leading } from '../common/leading.ts';
import { dropShared, recallShared, type Shared } from '../common/shared.ts';
import { sizeInWords } from '../common/size.ts';
import { attempt } from '../common/storage.ts';
import { DRAFT, FILES } from '../common/storage-keys.ts';

const main = find(document, '#main', HTMLElement);
const { me = '' } = document.body.dataset;

function show({ text, files }: Shared): void {
  const list = find(main, '.chosen', HTMLElement);
  const pattern = find(list, 'li', HTMLLIElement);
  list.replaceChildren();
  list.hidden = files.length === 0;
  for (const file of files) {
    const line = document.importNode(pattern, true);
    showName(find(line, '.file-name', HTMLElement), file.name);
    find(line, '.muted', HTMLElement).textContent = sizeInWords(file.size, document.documentElement.lang);
    list.append(line);
    showThumbnail(find(line, '.thumbnail', HTMLElement), file);
  }
  const words = find(main, '.shared-text', HTMLElement);
  words.textContent = text;
  words.hidden = text === '';
}

/** As if it had been typed there, after what was. */
function write(chat: string, text: string): void {
  const name = `${DRAFT}${me}.${chat}`;
  const draft = localStorage.getItem(name) ?? '\n';
  localStorage.setItem(name, `${draft}${draft.endsWith('\n') ? '' : '\n'}${text}`);
}

/** @returns whether this device had room for all of it; else it keeps nothing of it */
async function put(chat: string, { text, files }: Shared): Promise<boolean> {
  const notes = files.map((_, place): Note => {
    return { key: newKey(), me, chat, text: '', at: Date.now() + place, isSent: false };
  });
  for (const [place, note] of notes.entries()) {
    if (await keep(note, files[place])) continue;
    for (const kept of notes) await drop(kept.key);
    return false;
  }
  const isWritten = attempt(() => {
    if (text) write(chat, text);
    // Another page may have found nothing there a moment ago.
    if (files.length > 0) localStorage.setItem(FILES, 'some');
    return true;
  });
  if (!isWritten) for (const kept of notes) await drop(kept.key);
  return isWritten === true;
}

/** Says one of the sentences that the template has. */
function tell(what: 'nothing' | 'full' | undefined): void {
  const status = find(main, '[role=status]', HTMLElement);
  setText(status, (what && status.dataset[what]) ?? '');
  status.hidden = what === undefined;
}

function offer(shared: Shared): void {
  void lateStyle();
  show(shared);
  let isBusy = false;
  main.addEventListener('click', (event) => {
    const link = leading(event);
    const chat = link?.dataset.chat;
    if (!link || chat === undefined) return;
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    main.setAttribute('aria-busy', 'true');
    void put(chat, shared).then(async (isPut) => {
      main.removeAttribute('aria-busy');
      isBusy = isPut;
      if (!isPut) return tell('full');
      await dropShared(shared.at);
      // Back doesn't lead to a question that is answered.
      location.replace(link.href);
    });
  });
}

/** Whoever installed Porchlight may not have turned notifications on, which bring the worker along. */
async function bringWorker(): Promise<void> {
  await navigator.serviceWorker?.register('/service-worker.js');
  await navigator.serviceWorker?.ready;
}

async function start(): Promise<void> {
  const { search } = location;
  // It didn't come here, so what is there is something else.
  if (search) await dropShared();
  const shared = search ? undefined : await recallShared(me);
  if (shared) return offer(shared);
  const isFull = search === '?full';
  // It asks to share once more, which is of use once there is somebody to take it.
  if (!isFull) await bringWorker().catch(() => undefined);
  tell(isFull ? 'full' : 'nothing');
  // Nobody has to be chosen for nothing.
  main.querySelector('.list')?.remove();
}

void start();
