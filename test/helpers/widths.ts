/**
 * Looks at a page at many widths, in a frame: a window's own size is slow to change. What is wrong at a width is wrong beside
 * it, up to where another rule of the style sheets takes over, so those places are looked at to the pixel.
 */
import type { Page } from 'puppeteer-core';

/** px */
const NARROWEST = 320;
/** Phones, and tablets either way up; beyond these, some windows of computers. */
const WIDEST_TABLET = 1100;
const WIDEST = 1500;
/** px from one width to the next, on phones and tablets and beyond. */
const STEP = 5;
const WIDE_STEP = 20;
/** From here on the server puts the list of chats beside a chat (src/client/page/wide.ts). */
const WIDE = 960;
/** What a chat then keeps for its messages: as much as on the smallest phone. */
const CHAT = 320;

/** Links in a sentence that somebody wrote are as large as their words. */
const CONTROLS =
  'a:not(.text a, .code a, .skip a), button, select, textarea, summary, label.check, label.attach, input:not([type=hidden], .attach input, .check input)';

/** How a reader has it. */
interface Letters {
  /** Between letters, as CSS has it: as a font does that is wider than those of this machine. */
  spacing: string;
  /** The size in percent, as settings have it. */
  size: string;
}

export const LETTERS = {
  'as it is': { spacing: 'normal', size: '' },
  'in wide letters': { spacing: '0.1em', size: '' },
  'in the largest text': { spacing: 'normal', size: '200' },
} satisfies Record<string, Letters>;

interface Inspected {
  /** One for each thing that sticks out of the window or is too small for a finger. */
  lines: string[];
  /** Whether it shows messages. */
  isChat: boolean;
}

/** Runs in the page. */
async function inspect(
  path: string,
  range: { from: number; to: number; step: number; wideFrom: number; wideStep: number },
  controls: string,
  letters: Record<string, Letters>,
  leastOfChat: number,
): Promise<Inspected> {
  const frame = document.createElement('iframe');
  Object.assign(frame.style, { position: 'fixed', inset: '0 auto auto 0', border: '0', height: '740px' });
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  // A page notes for the next one how wide it is, and is itself as the one before has noted.
  frame.style.width = `${range.from}px`;
  // biome-ignore lint/suspicious/noDocumentCookie: as the pages do it
  document.cookie = `wide=${leastOfChat > 0 ? 1 : 0}; path=/; samesite=lax`;
  frame.src = path;
  document.body.append(frame);
  await loaded;
  const inside = frame.contentDocument;
  if (!inside) throw new Error(`${path} can't be looked into`);
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
  /** What the style sheets say of the window's width; of what they say of a part's, the steps must do. */
  const edges = [...inside.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText))
    .flatMap((text) => [...text.matchAll(/@media[^{]*/g)])
    .flatMap(([condition]) => [...condition.matchAll(/width[^\d)]*([\d.]+)rem/g)])
    .map(([, rem]) => Math.round(Number(rem) * 16));
  const wanted = new Set<number>();
  for (
    let width = range.from;
    width <= range.to;
    width += width < range.wideFrom ? range.step : range.wideStep
  )
    wanted.add(width);
  for (const edge of edges)
    for (const width of [edge - 1, edge, edge + 1])
      if (width >= range.from && width <= range.to) wanted.add(width);
  const widths = [...wanted].sort((one, other) => one - other);
  /** Where each was found, from the narrowest width to the widest. */
  const found = new Map<string, [number, number]>();
  const note = (what: string, width: number) => {
    const [from] = found.get(what) ?? [width];
    found.set(what, [from, width]);
  };
  const all = [...inside.querySelectorAll<HTMLElement>(`${controls}, .site`)];
  const look = (width: number, how: string) => {
    frame.style.width = `${width}px`;
    if (inside.documentElement.scrollWidth > width) note(`${how}, the page is wider than its window`, width);
    const log = inside.querySelector('[role=log]')?.getBoundingClientRect();
    if (log && log.width < leastOfChat) note(`${how}, its messages have ${Math.round(log.width)} px`, width);
    for (const element of all) {
      const { left, right, width: wide, height } = targetOf(element).getBoundingClientRect();
      // Neither shown, nor for anybody but a screen reader.
      if (wide <= 1 || height <= 1 || isWithinHidden(element)) continue;
      if (left < -0.5 || right > width + 0.5) note(`${how}, ${nameOf(element)} sticks out`, width);
      if (element.matches(controls) && (wide < 43.5 || height < 43.5))
        note(`${how}, ${nameOf(element)} is ${Math.round(wide)}×${Math.round(height)}`, width);
    }
  };
  for (const [how, { spacing, size }] of Object.entries(letters)) {
    inside.documentElement.style.letterSpacing = spacing;
    inside.documentElement.dataset.text = size;
    for (const width of widths) look(width, how);
  }
  const isChat = inside.querySelector('[role=log]') !== null;
  frame.remove();
  return { lines: [...found].map(([what, [from, to]]) => `${what} at ${from} to ${to} px`), isChat };
}

/**
 * What of a page of this server is out of reach or too small for a finger, at any width.
 * @param page shows some page of the same server
 * @param letters by what they are
 */
export async function outOfReach(
  page: Page,
  path: string,
  letters: Record<string, Letters>,
): Promise<string[]> {
  const look = (from: number, leastOfChat: number) => {
    const range = { from, to: WIDEST, step: STEP, wideFrom: WIDEST_TABLET, wideStep: WIDE_STEP };
    return page.evaluate(inspect, path, range, CONTROLS, letters, leastOfChat);
  };
  const { lines, isChat } = await look(NARROWEST, 0);
  // With the list of chats beside it.
  return isChat ? [...lines, ...(await look(WIDE, CHAT)).lines] : lines;
}
