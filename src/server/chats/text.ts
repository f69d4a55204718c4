/** What people write: its limits, and the links in it. */
import { find } from 'linkifyjs';
import * as v from 'valibot';

/** Characters as people count them: code points, so that an emoji is not two. */
const LONGEST_TEXT = 10_000;

// The messages are keys of locales/*.json.
const Text = v.pipe(
  v.optional(v.string(), ''),
  // Forms send CRLF (HTML, form submission); NUL would end the text in some clients.
  v.transform((text) => text.replaceAll('\r\n', '\n').replaceAll('\0', '').trim()),
  v.check((text) => text.length <= LONGEST_TEXT || [...text].length <= LONGEST_TEXT, 'chats.errors.long'),
);

export const MessageText = v.pipe(Text, v.minLength(1, 'chats.errors.empty'));
/** What is written to a file, which says enough alone. */
export const TextWithFile = Text;

/** A stretch of text, or a link. */
export type Segment = { text: string; href?: string };

/**
 * Cuts a text at its links. Only web and mail addresses become links, so no `javascript:` can.
 */
export function segments(text: string): Segment[] {
  const result: Segment[] = [];
  let end = 0;
  for (const link of find(text)) {
    if (!/^(https?:\/\/|mailto:)/i.test(link.href)) continue;
    if (link.start > end) result.push({ text: text.slice(end, link.start) });
    result.push({ text: link.value, href: link.href });
    end = link.end;
  }
  if (end < text.length) result.push({ text: text.slice(end) });
  return result;
}
