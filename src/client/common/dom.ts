/** The element that a selector names; the page's template and its script are made for each other, so it is there. */
export function find<E extends Element>(root: ParentNode, selector: string, type: new () => E): E {
  const element = root.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`The page has no ${selector}`);
}

/** Sets a text only where it differs: writing the same one makes screen readers say it again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
