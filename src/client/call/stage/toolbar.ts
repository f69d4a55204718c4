/** The toolbar named "Call controls": buttons, and arrow keys as the ARIA toolbar pattern has them. */

import { find } from '../../common/dom.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import { canShareScreen, type ScreenShare } from '../../media/screen-share.ts';
import { canRecord } from '../../recording/recorded-types.ts';

export interface Toolbar {
  /** Shows what is switched on. */
  update(local: LocalMedia, shared: ScreenShare, isRecording: boolean): void;
}

export interface ToolbarActions {
  microphone(): void;
  camera(): void;
  screen(): void;
  screenshot(): void;
  record(): void;
  hangUp(): void;
}

export function createToolbar(element: HTMLElement, actions: ToolbarActions): Toolbar {
  const microphone = find(element, '[data-do="microphone"]', HTMLButtonElement);
  const camera = find(element, '[data-do="camera"]', HTMLButtonElement);
  const screen = find(element, '[data-do="screen"]', HTMLButtonElement);
  const record = find(element, '[data-do="record"]', HTMLButtonElement);
  screen.hidden = !canShareScreen();
  find(element, '.record', HTMLElement).hidden = !canRecord();
  microphone.addEventListener('click', actions.microphone);
  camera.addEventListener('click', actions.camera);
  screen.addEventListener('click', actions.screen);
  find(element, '[data-do="screenshot"]', HTMLButtonElement).addEventListener('click', actions.screenshot);
  record.addEventListener('click', actions.record);
  find(element, '[data-do="hang-up"]', HTMLButtonElement).addEventListener('click', actions.hangUp);
  element.addEventListener('keydown', moveFocus);

  return {
    update(local, shared, isRecording) {
      microphone.setAttribute('aria-pressed', String(local.isOn('audio')));
      camera.setAttribute('aria-pressed', String(local.isOn('video')));
      screen.setAttribute('aria-pressed', String(shared.isOn()));
      record.setAttribute('aria-pressed', String(isRecording));
    },
  };
}

function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  // What is chosen in there has arrow keys of its own.
  if (event.target instanceof HTMLInputElement) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button, summary')].filter(
    (button) => button.getClientRects().length > 0,
  );
  const at = buttons.findIndex((button) => button.matches(':focus'));
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
