/** Leads on to the call that was accepted in a notification, as a press on a link of ours would; without one, the call asks. */
import { find } from '../common/dom.ts';
import { takeHandedPress } from '../common/handed-press.ts';
import { notePress } from '../common/press.ts';

const link = find(document, '#accept', HTMLAnchorElement);
const word = new URL(location.href).searchParams.get('word') ?? '';

takeHandedPress(word)
  .catch(() => false)
  .then((isPressed) => {
    if (isPressed) notePress(link);
    location.replace(link.href);
  });
