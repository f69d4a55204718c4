/** Runs in a page: finds by role and name as the W3C's HTML-AAM and accname have them computed. */
import { computeAccessibleName, getRole, isInaccessible } from 'dom-accessibility-api';

interface Wanted {
  role?: string | undefined;
  name?: string | undefined;
}

/** HTML-AAM gives a password field no role; people look for it among the text boxes, and Chromium has it there. */
const roleOf = (element: Element): string | null =>
  element.matches('input[type=password]') ? 'textbox' : getRole(element);

export function queryAll(scope: Element | Document, { role, name }: Wanted): Element[] {
  // Two words for one role (WAI-ARIA 1.3); the library has the older one.
  const called = role === 'image' ? 'img' : role;
  // Taken off its window, as the library would, it doesn't work in the sandbox that this runs in.
  const options = {
    getComputedStyle: (element: Element, pseudo?: string | null) => window.getComputedStyle(element, pseudo),
  };
  return [...scope.querySelectorAll('*')].filter(
    (element) =>
      (called === undefined || roleOf(element) === called) &&
      !isInaccessible(element, options) &&
      (name === undefined || computeAccessibleName(element, options) === name),
  );
}
