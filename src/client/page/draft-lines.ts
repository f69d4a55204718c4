/**
 * The list of chats shows what one has begun to write in them, and what could not be sent, in place of the newest message.
 * Loaded where something is kept.
 */
import { DRAFT } from '../common/storage-keys.ts';
import { type Unsent, unsentOf } from '../common/unsent.ts';

const { me = '' } = document.body.dataset;

/** What stood there before. */
const previews = new WeakMap<Element, Node[]>();

/** Its first line is the key of an earlier version, if there was one. */
function draftIn(chat: string): string {
  const kept = localStorage.getItem(`${DRAFT}${me}.${chat}`) ?? '';
  return kept.split('\n').slice(1).join(' ').trim();
}

/** Its text, and by which name the list has the word for it. What was refused goes first: it waits for somebody. */
function lineOf(chat: string, refused: Unsent[]): { word: 'unsentLine' | 'draftLine'; text: string } {
  const unsent = refused.find((entry) => entry.chat === chat);
  return unsent ? { word: 'unsentLine', text: unsent.text } : { word: 'draftLine', text: draftIn(chat) };
}

export function show(): void {
  const refused = unsentOf(me).filter((entry) => entry.refused);
  const list = document.querySelector<HTMLElement>('#chat-lines');
  for (const line of document.querySelectorAll<HTMLElement>('#chat-lines [data-chat]')) {
    const preview = line.querySelector('.preview');
    // Of the chat that is open, the text box shows it.
    if (!preview || line.querySelector('[aria-current]')) continue;
    const { word, text } = lineOf(line.dataset.chat ?? '', refused);
    const before = previews.get(preview);
    if (!text) {
      if (before) preview.replaceChildren(...before);
      previews.delete(preview);
      continue;
    }
    if (!before) previews.set(preview, [...preview.childNodes]);
    const [textContent = ''] = list?.dataset[word]?.split('%') ?? [];
    preview.replaceChildren(Object.assign(document.createElement('strong'), { textContent }), text);
  }
}

show();
// The list is replaced whenever something is written anywhere.
document.addEventListener('htmx:after:process', show);
addEventListener('storage', show);
