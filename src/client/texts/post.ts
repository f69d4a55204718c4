/** One attempt to give a text to the server, and what its answer means. */
import type { Unsent } from '../common/unsent.ts';
import type { Answer } from './lane.ts';

/** ms after which a connection that carries nothing is given up. */
const PATIENCE = 30_000;
/** Characters of a request that outlives its page: browsers let 64 KB do so, and one may be nine bytes in a form. */
const OUTLIVES = 5000;

/** An answer of our server has it (http/headers.ts). */
const MARK = 'porchlight';
const [SIGNED_OUT, TIMEOUT, CONFLICT, TOO_LARGE, TOO_MANY, NO_ROOM] = [401, 408, 409, 413, 429, 507];

/** Where the page has sentences about answers of others. */
const notices = () => document.querySelector<HTMLElement>('.notices')?.dataset;

/** The words of a fragment. */
const wordsIn = (html: string): string =>
  new DOMParser().parseFromString(html, 'text/html').body.textContent.trim();

async function meaningOf(response: Response): Promise<Answer> {
  const { status } = response;
  if (!response.headers.has(MARK)) {
    const { limit = '', between = '' } = notices() ?? {};
    if (status === TOO_LARGE) return { is: 'refused', why: limit, renew: false };
    return { is: 'unanswered', why: between.replace('%', String(status)) };
  }
  const html = await response.text();
  if (response.ok) return { is: 'sent', html };
  // The live socket, or the next page, leads to the sign-in page, and afterwards it goes out.
  if (status === SIGNED_OUT) return { is: 'unanswered', why: undefined };
  const why = wordsIn(html);
  const isPassing = [TIMEOUT, TOO_MANY].includes(status) || (status >= 500 && status !== NO_ROOM);
  if (isPassing) return { is: 'unanswered', why };
  return { is: 'refused', why: why || String(status), renew: status === CONFLICT };
}

/**
 * @param headers what every request of the page carries
 * @param shown whether the page shows the text's chat, and wants its row
 */
export async function postText(
  { me, chat, key, text }: Unsent,
  { headers, shown, signal }: { headers: Record<string, string>; shown: boolean; signal: AbortSignal },
): Promise<Answer> {
  const given = new AbortController();
  const abort = () => given.abort();
  const timer = setTimeout(abort, PATIENCE);
  signal.addEventListener('abort', abort);
  try {
    const beside = shown ? 'true' : 'elsewhere';
    const response = await fetch(`/chats/${chat}`, {
      method: 'POST',
      headers: { ...headers, 'HX-Request': 'true' },
      body: new URLSearchParams({ key, from: me, body: text, beside }),
      keepalive: text.length <= OUTLIVES,
      signal: given.signal,
    });
    return await meaningOf(response);
  } catch {
    return { is: 'unanswered', why: '' };
  } finally {
    clearTimeout(timer);
  }
}
