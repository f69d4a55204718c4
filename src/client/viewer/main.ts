/** A picture on a page of its own takes keys and swipes. */
import { find } from '../common/dom.ts';
import { wireGestures } from './gestures.ts';

const page = find(document, 'main.viewer', HTMLElement);
page.tabIndex = -1;
page.focus();
wireGestures(page, () => page.querySelector<HTMLElement>('[data-do=close]')?.click());
