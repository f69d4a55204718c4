/** What the call page shows: the question before a call, the call, or what is left when it is over. */
import { find, setText } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Reason } from '../lifecycle/state.ts';
import { formatDuration } from './duration.ts';
import { createGate } from './gate.ts';
import { canFloat } from './picture-in-picture.ts';
import { createWayBack } from './way-back.ts';

export interface Panels {
  /** Asks whether to begin at all, and does so at a press. */
  ask(begin: () => void): void;
  isAsking(): boolean;
  call(): void;
  /**
   * @param name the other person's
   * @param length how long they talked, in ms, if they did
   */
  over(reason: Reason, name: string, length: number | undefined): void;
  /** Focuses what can be done once a call is over. */
  focus(): void;
}

/**
 * @param video what can float in a corner of the screen
 * @param isHeard whether the server knows all that it has to know
 */
export function createPanels(
  root: HTMLElement,
  say: Say,
  video: HTMLVideoElement,
  isHeard: () => boolean,
): Panels {
  const call = [
    find(root, '.stage', HTMLElement),
    find(root, '[role="toolbar"]', HTMLElement),
    find(root, '.devices', HTMLDetailsElement),
  ];
  const floating = find(root, '[data-do="pip"]', HTMLButtonElement);
  const over = find(root, '.call-over', HTMLElement);
  const reasoned = find(over, '.call-reason', HTMLElement);
  const named = find(over, '.call-with', HTMLElement);
  const lasted = find(over, '.call-length', HTMLElement);
  const back = find(over, 'a', HTMLAnchorElement);
  const gate = createGate(find(root, '.call-gate', HTMLElement));
  const wayBack = createWayBack(over, say('returning'), isBusy, () => {
    // Back leads to where the call was begun, not to a call that is over.
    location.replace(back.href);
  });

  /** Something is still being sent from here, or somebody calls. */
  function isBusy(): boolean {
    return !isHeard() || document.querySelector('.ring, .shots [aria-busy]') !== null;
  }

  function show(part: 'gate' | 'call' | 'over'): void {
    for (const element of call) element.hidden = part !== 'call';
    floating.hidden = part !== 'call' || !canFloat(video);
    if (part !== 'gate') gate.hide();
    find(over, '.row', HTMLElement).hidden = part !== 'over';
    named.hidden = part !== 'over';
    lasted.hidden = true;
    wayBack.cancel();
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
    over(reason, name, length) {
      show('over');
      setText(named, name);
      lasted.hidden = length === undefined;
      if (length !== undefined) setText(lasted, say('lasted', { duration: formatDuration(length) }));
      if (reason === 'hung-up') wayBack.begin();
      over.dataset.reason = reason;
      setText(reasoned, reason === 'hung-up' ? '' : say(`end-${reason}`, { name }));
      const isOut = reason === 'not-a-member';
      if (isOut) {
        back.href = '/chats';
        setText(back, say('toChats'));
      }
      // Nothing here can call, or the call isn't over at all, or isn't theirs.
      const again = find(over, 'a:last-child', HTMLElement);
      again.hidden = isOut || reason === 'unsupported' || reason === 'moved';
    },
    focus: () => back.focus(),
  };
}
