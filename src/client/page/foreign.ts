/**
 * Responses that aren't our server's: a proxy's page about its limit, a network's own sign-in page. They are never treated as
 * our markup; a sentence that says who answered is shown instead.
 */
import { PRESSED } from './navigation-progress.ts';

/** On every answer of the server (http/headers.ts). */
const MARK = 'porchlight';
/** The request was too large, so sending the same again is pointless (RFC 9110 §15.5.14). */
const TOO_LARGE = 413;

/** htmx's request context, as far as it is used here. */
type Answered = CustomEvent<{
  ctx: {
    sourceElement: Element;
    hx?: object;
    response?: { status: number; headers: Headers };
    foreign?: string;
  };
}>;

declare global {
  interface DocumentEventMap {
    'htmx:before:response': Answered;
  }
}

/** @param notices holds the sentences, and shows those of requests that have no place of their own for them */
export function refuseForeign(notices: HTMLElement): void {
  document.addEventListener('htmx:before:response', (event) => {
    const { ctx } = event.detail;
    if (!ctx.response || ctx.response.headers.has(MARK)) return;
    const { status } = ctx.response;
    event.preventDefault();
    // Its HX- headers say nothing either.
    ctx.hx = {};
    const { limit = '', between = '' } = notices.dataset;
    ctx.foreign = status === TOO_LARGE ? limit : between.replace('%', String(status));
    // Anything else counts as no response, so that what was sent is kept, and can be sent again.
    if (status !== TOO_LARGE) delete ctx.response;
    // Nobody needs to hear about requests they didn't make, and some forms have a place of their own for it.
    if (!ctx.sourceElement.matches(PRESSED)) return;
    const notice = Object.assign(document.createElement('p'), {
      className: 'notice error',
      role: 'alert',
      textContent: ctx.foreign,
    });
    document.querySelector('#notices')?.replaceChildren(notice);
  });
}
