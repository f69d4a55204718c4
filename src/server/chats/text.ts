/** What people write: its limits, and the links in it. */
import { find } from 'linkifyjs';
import * as v from 'valibot';
import { visibleOrEmpty } from '../language/visible-text.ts';

/** Characters as people count them: code points, so that an emoji is not two. */
const LONGEST_TEXT = 10_000;

// The messages are keys of locales/*.json.
const Text = v.pipe(
  v.optional(v.string(), ''),
  // Forms send CRLF (HTML, form submission); NUL would end the text in some clients.
  v.transform((text) => visibleOrEmpty(text.replaceAll('\r\n', '\n').replaceAll('\0', '').trim())),
  v.check((text) => text.length <= LONGEST_TEXT || [...text].length <= LONGEST_TEXT, 'chats.errors.long'),
);

export const MessageText = v.pipe(Text, v.minLength(1, 'chats.errors.empty'));
/** What is written to a file, which says enough alone. */
export const TextWithFile = Text;

/** A stretch of text, or a link. */
export type Segment = { text: string; href?: string };

const SPACELESS = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]`;
const HAS_SPACELESS = new RegExp(SPACELESS, 'u');

/**
 * Where an address ends although there is no space: before and after punctuation that isn't ASCII, as in
 * Chinese or between typographic quotes, and where words that are written without spaces meet Latin letters. The
 * middle dot and the en dash (U+00B7, U+2013) occur in titles (列夫·托尔斯泰).
 */
const SEAMS = new RegExp(
  String.raw`(?<=(?![\u00b7\u2013])[^\p{ASCII}\p{L}\p{M}\p{N}])|(?=(?![\u00b7\u2013])[^\p{ASCII}\p{L}\p{M}\p{N}])|(?<=${SPACELESS})(?=[A-Za-z\d])|(?<=[A-Za-z\d])(?=${SPACELESS})`,
  'u',
);

/** Top-level domains that hardly anyone writes as a word after a full stop without a space. */
const WELL_KNOWN = new Set(
  'com org net edu gov io dev cn hk tw sg jp kr uk ie de ch fr nl be se dk fi pl cz eu ca au nz br mx ru ua za'.split(
    ' ',
  ),
);

/**
 * Whether a name without "https://" is meant as an address. "I'm home.So tired" isn't, and "notes.md" is a file: it
 * takes "www." before it, a path after it, or a well-known top-level domain in lower case.
 */
function isMeant(value: string): boolean {
  if (/^www\./i.test(value)) return true;
  const [host = '', ...path] = value.split(/(?=[/?#])/);
  const end = /\.(\p{Ll}{2,})(?::\d+)?$/u.exec(host)?.[1];
  // In front of it may stand what was written without a space.
  if (end === undefined || HAS_SPACELESS.test(host)) return false;
  return WELL_KNOWN.has(end) || (path[0]?.length ?? 0) > 1;
}

/** The links in a piece of text without seams. Only web and mail addresses: no `javascript:` is among them. */
const linksIn = (piece: string) =>
  find(piece).filter(
    ({ type, href, value }) =>
      /^(https?:\/\/|mailto:)/i.test(href) &&
      (type === 'email' || /^(https?|mailto):/i.test(value) || isMeant(value)),
  );

/** Cuts a text at its links. Put together again, the segments are the text. */
export function segments(text: string): Segment[] {
  const result: Segment[] = [];
  let plain = '';
  const add = (href: string, value: string) => {
    if (plain) result.push({ text: plain });
    plain = '';
    result.push({ text: value, href });
  };
  for (const piece of text.split(SEAMS)) {
    let end = 0;
    for (const link of linksIn(piece)) {
      plain += piece.slice(end, link.start);
      add(link.href, link.value);
      end = link.end;
    }
    plain += piece.slice(end);
  }
  if (plain) result.push({ text: plain });
  return result;
}
