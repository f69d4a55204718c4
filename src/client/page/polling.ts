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

/** Says it once, and only if the server answers: while it is down, nothing gets through for another reason. */
function tell(): void {
  if (sessionStorage.getItem(TOLD)) return;
  sessionStorage.setItem(TOLD, 'true');
  const textContent = document.querySelector<HTMLElement>('.notices')?.dataset.polling ?? '';
  const notice = Object.assign(document.createElement('p'), {
    className: 'notice',
    role: 'status',
    textContent,
  });
  document.querySelector('#notices')?.replaceChildren(notice);
}

/** @returns whether the server has answered */
async function ask(): Promise<boolean> {
  const { body } = document;
  const mark = body.getAttribute('hx-ws:connect')?.split('mark=')[1] ?? '';
  const since = document.querySelector<HTMLFormElement>('#since');
  const query = new URLSearchParams({ page, mark });
  for (const { name, value } of since?.querySelectorAll('input') ?? []) query.set(name, value);
  const response = await fetch(`/live/news?${query}`, { headers: { 'HX-Request': 'true' } });
  if (response.status === 401) location.reload();
  // A proxy's response doesn't count.
  if (!response.ok || !response.headers.has('porchlight')) return false;
  tell();
  const swap = { sourceElement: body, target: body, swap: 'none swapEmpty:false', transition: false };
  for (const text of await response.json()) await window.htmx.swap({ ...swap, text });
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
