/** Whether what can be pressed is where a finger finds it, and what is written can be read over any picture. */
import type { Page } from 'puppeteer-core';

/**
 * The controls of a page whose centre isn't theirs, with what lies there instead, though they were scrolled to. What is
 * only there for screen readers and the keyboard is left out.
 * @param within only controls inside of what this selector names
 */
export const unreachable = (page: Page, within = 'body'): Promise<string[]> =>
  page.evaluate((scope) => {
    const called = (element: Element | null) => {
      const text = element?.getAttribute('aria-label') ?? element?.textContent ?? '';
      const name = text.trim().replace(/\s+/g, ' ').slice(0, 40);
      return element ? `<${element.tagName.toLowerCase()} class="${element.className}"> ${name}` : 'nothing';
    };
    const isClipped = (element: Element | null): boolean =>
      element !== null && (getComputedStyle(element).clipPath !== 'none' || isClipped(element.parentElement));
    const inWay = (control: Element): string | undefined => {
      const [box] = control.getClientRects();
      if (!box) return 'no box';
      const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (control.contains(there) || there?.closest('label')?.control === control) return undefined;
      const at = [box.left, box.top, box.width, box.height].map(Math.round);
      return `${called(there)} over ${at.join(' ')}`;
    };
    /** What hides what is too much for it can be scrolled by a script, and by nobody else. */
    const scrollTo = (control: Element) => {
      control.scrollIntoView({ block: 'center', behavior: 'instant' });
      for (let around = control.parentElement; around; around = around.parentElement)
        if (getComputedStyle(around).overflowY === 'hidden') around.scrollTo(0, 0);
    };
    const controls = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')];
    return controls.flatMap((control) => {
      if (!control.closest(scope) || control.matches('[type="hidden"]') || isClipped(control)) return [];
      if (!control.checkVisibility({ visibilityProperty: true })) return [];
      if (inWay(control) === undefined) return [];
      scrollTo(control);
      const why = inWay(control);
      return why === undefined ? [] : [`${called(control)}: ${why}`];
    });
  }, within);

/**
 * Where something lies over a bubble, or cuts it off: at its upper and lower edge, and at both ends of each line of its
 * text. Nothing where all of it is to be seen.
 * @param bubble names it; the first one counts
 */
export const covered = (page: Page, bubble: string): Promise<string[]> =>
  page.$eval(bubble, (node) => {
    const { left, width, top, bottom } = node.getBoundingClientRect();
    const points = [top + 2, bottom - 2].map((y) => [left + width / 2, y] as const);
    const range = document.createRange();
    range.selectNodeContents(node.querySelector('.text') ?? node);
    for (const line of range.getClientRects())
      for (const x of [line.left + 1, line.right - 1]) points.push([x, line.top + line.height / 2]);
    return points.flatMap(([x, y]) => {
      const there = document.elementFromPoint(x, y);
      if (node.contains(there)) return [];
      return [
        `<${there?.tagName.toLowerCase()} class="${there?.className}"> at ${Math.round(x)} ${Math.round(y)}`,
      ];
    });
  });

/** The texts in a part of the page that have less than 4.5 : 1 (WCAG 1.4.3) if what lies behind that part is white. */
export const faint = (page: Page, part: string): Promise<string[]> =>
  page.$eval(part, (root) => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!canvas) throw new Error('no canvas');
    const luminance = () => {
      const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const paint = (colour: string) => {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    };
    const layers = (element: Element | null): string[] =>
      element === null || element === root
        ? ['white']
        : [...layers(element.parentElement), getComputedStyle(element).backgroundColor];
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    while (texts.nextNode()) {
      const [text, element] = [texts.currentNode.nodeValue?.trim(), texts.currentNode.parentElement];
      if (!text || !element?.checkVisibility({ visibilityProperty: true })) continue;
      if (element.closest('select, .visually-hidden, .avatar')) continue;
      for (const layer of layers(element)) paint(layer);
      const behind = luminance();
      paint(getComputedStyle(element).color);
      const [dark = 0, light = 0] = [behind, luminance()].sort((a, b) => a - b);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < 4.5) found.push(`${text}: ${ratio.toFixed(1)}`);
    }
    return found;
  });
