/** What the call page shows: the question before a call, the call, or what is left when it is over. */
import { find, setText } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Reason } from '../lifecycle/state.ts';
import { createGate } from './gate.ts';
import { canFloat } from './picture-in-picture.ts';

export interface Panels {
  /** Asks whether to begin at all, and does so at a press. */
  ask(begin: () => void): void;
  isAsking(): boolean;
  call(): void;
  /** @param name the other person's */
  over(reason: Reason, name: string): void;
  /** Focuses what can be done once a call is over. */
  focus(): void;
}

/** @param video what can float in a corner of the screen */
export function createPanels(root: HTMLElement, say: Say, video: HTMLVideoElement): Panels {
  const call = [
    find(root, '.stage', HTMLElement),
    find(root, '[role="toolbar"]', HTMLElement),
    find(root, '.devices', HTMLDetailsElement),
  ];
  const floating = find(root, '[data-do="pip"]', HTMLButtonElement);
  const over = find(root, '.call-over', HTMLElement);
  const reasoned = find(over, '.call-reason', HTMLElement);
  const gate = createGate(find(root, '.call-gate', HTMLElement));

  function show(part: 'gate' | 'call' | 'over'): void {
    for (const element of call) element.hidden = part !== 'call';
    floating.hidden = part !== 'call' || !canFloat(video);
    if (part !== 'gate') gate.hide();
    find(over, '.row', HTMLElement).hidden = part !== 'over';
    if (part === 'over') return;
    // The line of the reason is always there, and speaks up when it gets a text.
    delete over.dataset.reason;
    setText(reasoned, '');
  }

  return {
    ask(begin) {
      show('gate');
      gate.open(begin);
    },
    isAsking: gate.isOpen,
    call: () => show('call'),
    over(reason, name) {
      show('over');
      over.dataset.reason = reason;
      setText(reasoned, reason === 'hung-up' ? '' : say(`end-${reason}`, { name }));
      find(over, 'a:last-child', HTMLElement).hidden = reason === 'unsupported';
    },
    focus: () => find(over, 'a', HTMLElement).focus(),
  };
}
