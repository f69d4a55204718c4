/** What happened to a group, in the words of one reader. */
import { listOf } from '../language/lists.ts';
import type { Reader } from '../language/reader.ts';
import type { GroupEvent } from './message-store.ts';

/** @param name of who did it; `undefined` where it was the reader */
export function eventWords(
  { t, locale }: Pick<Reader, 't' | 'locale'>,
  event: GroupEvent,
  name?: string,
): string {
  const side = name === undefined ? 'you' : 'other';
  const by = name ?? '';
  switch (event.what) {
    case 'created':
    case 'renamed':
      return t(`chats.events.${event.what}.${side}`, { by, title: event.title });
    case 'added':
      return t(`chats.events.added.${side}`, { by, people: listOf(locale, event.people) });
    case 'removed':
    case 'made-admin':
      return t(`chats.events.${event.what}.${side}`, { by, person: event.person });
    case 'left':
    case 'stepped-down':
    case 'pictured':
    case 'unpictured':
      return t(`chats.events.${event.what}.${side}`, { by });
    default:
      return event satisfies never;
  }
}
