/**
 * Polls for what the live socket would bring, while none opens: some proxies don't pass sockets on. Loaded after some
 * failed attempts, and stopped when one opens after all.
 */
import { newKey } from '../common/key.ts';

declare global {
  interface Window {
    htmx: {
      ajax(verb: string, path: string, options: object): Promise<void>;
      process(element: Element): void;
      swap(context: object): Promise<void>;
    };
  }
}

/** ms between two questions. */
const EVERY = 4000;
/** Set once it has been said in this tab. */
const TOLD = 'porchlight.polling';

const page = newKey();
let timer: ReturnType<typeof setTimeout> | undefined;

/** @returns whether the server has answered */
async function ask(): Promise<boolean> {
  const { body } = document;
  const mark = body.getAttribute('hx-ws:connect')?.split('mark=')[1] ?? '';
  // The answer says it once: while the server is down, nothing gets through for another reason.
  const isTold = sessionStorage.getItem(TOLD);
  const since = document.querySelector<HTMLFormElement>('#since');
  const query = new URLSearchParams({ page, mark, ...(!isTold && { untold: 'true' }) });
  for (const { name, value } of since?.querySelectorAll('input') ?? []) query.set(name, value);
  const response = await fetch(`/live/news?${query}`, { headers: { 'HX-Request': 'true' } });
  if (response.status === 401) location.reload();
  // A proxy's response doesn't count.
  if (!response.ok || !response.headers.has('porchlight')) return false;
  const swap = { sourceElement: body, target: body, swap: 'none swapEmpty:false', transition: false };
  for (const text of await response.json()) await window.htmx.swap({ ...swap, text });
  sessionStorage.setItem(TOLD, 'true');
  return true;
}

/** Begins to ask. @param heard is told each time whether the server has answered */
export function start(heard: (isAnswered: boolean) => void): void {
  if (timer) return;
  const next = () => {
    timer = setTimeout(next, EVERY);
    // The next one may get through.
    ask().then(heard, () => heard(false));
  };
  next();
}

/** A socket has opened. */
export function stop(): void {
  clearTimeout(timer);
  timer = undefined;
}
