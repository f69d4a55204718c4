/** Loaded by any page while this device may hold files from an unfinished send: sends them, and shows it. */
import { find } from '../common/dom.ts';
import { lateStyle } from '../common/late-style.ts';
import { pageHeaders } from '../common/page-headers.ts';
import { DRAFT } from '../common/storage-keys.ts';
import { keptNotes, type Note } from './kept-files.ts';
import { createSending, type Sending } from './sending.ts';

void lateStyle();

const { me = '' } = document.body.dataset;
/** Its composer picks up its own. */
const here = document.querySelector<HTMLFormElement>('#composer')?.action;

/** A chat's rows, as its own page would show them; undefined where this person has no such chat any more. */
async function rowsOf(chat: string): Promise<Sending | undefined> {
  const answer = await fetch(`/chats/${chat}/sending`);
  if (!answer.ok) return undefined;
  const parts = document.createElement('template');
  parts.innerHTML = await answer.text();
  const script = find(parts.content, '#attach-parts', HTMLScriptElement);
  parts.innerHTML = script.text;
  const list = find(parts.content, '.sendings', HTMLElement);
  document.querySelector('.notices')?.append(list);
  return createSending({
    list,
    pattern: find(parts.content, '.sending', HTMLFormElement),
    locale: document.documentElement.lang,
    elsewhere: true,
    token: () => pageHeaders()['x-csrf-token'] ?? '',
    giveBack(text) {
      // As a draft of its chat, unless there is one.
      const name = `${DRAFT}${me}.${chat}`;
      if (text && !localStorage.getItem(name)) localStorage.setItem(name, `\n${text}`);
    },
  });
}

async function takeUp(): Promise<void> {
  const byChat = new Map<string, Note[]>();
  for (const note of await keptNotes(me))
    if (note.isSent) byChat.set(note.chat, [...(byChat.get(note.chat) ?? []), note]);
  for (const [chat, notes] of byChat) {
    if (here && new URL(here).pathname === `/chats/${chat}`) continue;
    const rows = await rowsOf(chat);
    for (const note of notes) rows?.takeUp(note);
  }
}

// While the server is down, the next page picks them up.
takeUp().catch(() => undefined);
