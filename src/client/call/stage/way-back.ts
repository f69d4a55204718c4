/** After an ordinary end the page goes back to the chat by itself, unless somebody stays or something is still to be done here. */
import { find, setText } from '../../common/dom.ts';

/** Long enough to read how long the call was, and to reach for a button. */
const READ_MS = 5000;
const TICK_MS = 250;

export interface WayBack {
  begin(): void;
  cancel(): void;
}

/**
 * Takes over the line and the button of the template's `.call-over`.
 * @param isBusy whether the page has to stay for now: the time starts again after that
 */
export function createWayBack(
  over: HTMLElement,
  words: string,
  isBusy: () => boolean,
  go: () => void,
): WayBack {
  const line = find(over, '.call-return', HTMLElement);
  const stay = find(over, '[data-do="stay"]', HTMLButtonElement);
  let timer: ReturnType<typeof setInterval> | undefined;

  function cancel(): void {
    clearInterval(timer);
    timer = undefined;
    setText(line, '');
    stay.hidden = true;
  }

  // Who does anything here is still here.
  for (const sign of ['keydown', 'pointerdown', 'wheel'])
    document.addEventListener(sign, () => timer && cancel(), { capture: true, passive: true });
  stay.addEventListener('click', cancel);

  return {
    begin() {
      let left = READ_MS;
      setText(line, words);
      stay.hidden = false;
      timer = setInterval(() => {
        left = isBusy() ? READ_MS : left - TICK_MS;
        if (left > 0) return;
        cancel();
        go();
      }, TICK_MS);
    },
    cancel,
  };
}
