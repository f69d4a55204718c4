/** What a call page shows if it wasn't opened by a press: a question and a button. No device is requested before. */
import { find } from '../../common/dom.ts';

export interface Gate {
  /** @param run is done at the first press */
  open(run: () => void): void;
  hide(): void;
  isOpen(): boolean;
}

/** Takes over the template's `.call-gate`, which already has its words. */
export function createGate(element: HTMLElement): Gate {
  return {
    open(run) {
      element.hidden = false;
      // It doesn't take the focus: a key that is held down on another site must not press it.
      find(element, 'button', HTMLButtonElement).addEventListener('click', run, { once: true });
    },
    hide() {
      element.hidden = true;
    },
    isOpen: () => !element.hidden,
  };
}
