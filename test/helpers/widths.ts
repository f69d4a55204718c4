/** Looks at a page at every width, in a frame: a window's own size is slow to change. */
import type { Page } from 'puppeteer-core';

/** px */
const NARROWEST = 320;
/** Phones, and tablets either way up; beyond these, some windows of computers. */
const WIDEST_TABLET = 1100;
const WIDEST = 1500;
/** From here on the server puts the list of chats beside a chat (src/client/page/wide.ts). */
const WIDE = 960;
/** What a chat then keeps for its messages: as much as on the smallest phone. */
const CHAT = 320;

/** Links in a sentence that somebody wrote are as large as their words. */
const CONTROLS =
  'a:not(.text a, .code a, .skip a), button, select, textarea, summary, label.check, label.attach, input:not([type=hidden], .attach input, .check input)';

interface Inspected {
  /** One for each thing that sticks out of the window or is too small for a finger. */
  lines: string[];
  /** Whether it shows messages. */
  isChat: boolean;
}

/** Runs in the page. */
async function inspect(
  path: string,
  widths: number[],
  controls: string,
  spacing: string,
  leastOfChat: number,
): Promise<Inspected> {
  const frame = document.createElement('iframe');
  Object.assign(frame.style, { position: 'fixed', inset: '0 auto auto 0', border: '0', height: '740px' });
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  // A page notes for the next one how wide it is, and is itself as the one before has noted.
  frame.style.width = `${widths[0]}px`;
  // biome-ignore lint/suspicious/noDocumentCookie: as the pages do it
  document.cookie = `wide=${leastOfChat > 0 ? 1 : 0}; path=/; samesite=lax`;
  frame.src = path;
  document.body.append(frame);
  await loaded;
  const inside = frame.contentDocument;
  if (!inside) throw new Error(`${path} can't be looked into`);
  inside.documentElement.style.letterSpacing = spacing;
  for (const details of inside.querySelectorAll('details')) details.open = true;
  const nameOf = (element: Element) =>
    `${element.localName}.${element.className} "${element.textContent.trim().slice(0, 20)}"`;
  /** Some links take their whole row, and one around a picture is as large as that. */
  const targetOf = (element: Element) =>
    (element.matches('.cover') ? element.closest('li') : element.querySelector('img')) ?? element;
  /** On the call page the header shrinks to nothing until the keyboard gets there; what is in it keeps its size. */
  const isWithinHidden = (element: Element) => {
    const header = element.closest('.site');
    return header !== null && header.getBoundingClientRect().width <= 1;
  };
  /** Where each was found, from the narrowest width to the widest. */
  const found = new Map<string, [number, number]>();
  const note = (what: string, width: number) => {
    const [from] = found.get(what) ?? [width];
    found.set(what, [from, width]);
  };
  const all = [...inside.querySelectorAll<HTMLElement>(`${controls}, .site`)];
  for (const width of widths) {
    frame.style.width = `${width}px`;
    if (inside.documentElement.scrollWidth > width) note('the page is wider than its window', width);
    const log = inside.querySelector('[role=log]')?.getBoundingClientRect();
    if (log && log.width < leastOfChat) note(`its messages have ${Math.round(log.width)} px`, width);
    for (const element of all) {
      const { left, right, width: wide, height } = targetOf(element).getBoundingClientRect();
      // Neither shown, nor for anybody but a screen reader.
      if (wide <= 1 || height <= 1 || isWithinHidden(element)) continue;
      if (left < -0.5 || right > width + 0.5) note(`${nameOf(element)} sticks out`, width);
      if (element.matches(controls) && (wide < 43.5 || height < 43.5))
        note(`${nameOf(element)} is ${Math.round(wide)}×${Math.round(height)}`, width);
    }
  }
  const isChat = inside.querySelector('[role=log]') !== null;
  frame.remove();
  return { lines: [...found].map(([what, [from, to]]) => `${what} at ${from} to ${to} px`), isChat };
}

/**
 * What of a page of this server is out of reach or too small for a finger, at any width.
 * @param page shows some page of the same server
 * @param every px from one width to the next
 * @param spacing between letters, as CSS has it
 */
export async function outOfReach(
  page: Page,
  path: string,
  { every, spacing }: { every: number; spacing: string },
): Promise<string[]> {
  const widths: number[] = [];
  for (let width = NARROWEST; width <= WIDEST; width += width < WIDEST_TABLET ? every : 20)
    widths.push(width);
  const look = (some: number[], leastOfChat: number) =>
    page.evaluate(inspect, path, some, CONTROLS, spacing, leastOfChat);
  const { lines, isChat } = await look(widths, 0);
  if (!isChat) return lines;
  // With the list of chats beside it.
  const wide = widths.filter((width) => width >= WIDE);
  return [...lines, ...(await look(wide, CHAT)).lines];
}
