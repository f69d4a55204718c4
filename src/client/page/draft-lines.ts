/** The list of chats shows what one has begun to write in them, in place of the newest message. Loaded where something is kept. */
import { DRAFT } from '../common/storage-keys.ts';

/** What stood there before. */
const previews = new WeakMap<Element, Node[]>();

/** Its first line is the key of an earlier version, if there was one. */
function draftIn(chat: string): string {
  const kept = localStorage.getItem(`${DRAFT}${document.body.dataset.me}.${chat}`) ?? '';
  return kept.split('\n').slice(1).join(' ').trim();
}

function show(): void {
  const list = document.querySelector<HTMLElement>('#chat-lines');
  for (const line of document.querySelectorAll<HTMLElement>('#chat-lines [data-chat]')) {
    const preview = line.querySelector('.preview');
    // Of the chat that is open, the text box shows it.
    if (!preview || line.querySelector('[aria-current]')) continue;
    const text = draftIn(line.dataset.chat ?? '');
    const before = previews.get(preview);
    if (!text) {
      if (before) preview.replaceChildren(...before);
      previews.delete(preview);
      continue;
    }
    if (!before) previews.set(preview, [...preview.childNodes]);
    const [word = ''] = list?.dataset.draftLine?.split('%') ?? [];
    preview.replaceChildren(Object.assign(document.createElement('strong'), { textContent: word }), text);
  }
}

show();
// The list is replaced whenever something is written anywhere.
document.addEventListener('htmx:after:process', show);
addEventListener('storage', show);
