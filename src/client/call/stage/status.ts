/** The header of the call page: with whom, in what state, and for how long. */
import { find, setText } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { State } from '../lifecycle/state.ts';
import { formatDuration } from './duration.ts';

export interface Status {
  /** A call begins: with whom. */
  begin(peerName: string): void;
  /**
   * @param since when the call was answered, as `performance.now()` counts
   * @param isRung whether somebody of a group is still rung
   */
  update(state: State, since: number | undefined, isRung: boolean): void;
}

export function createStatus(root: HTMLElement, say: Say): Status {
  const heading = find(root, '.call-head h1', HTMLElement);
  const status = find(root, '.call-status', HTMLElement);
  const clock = find(root, '.call-duration', HTMLElement);
  let isOver = false;
  let answeredAt: number | undefined;

  setInterval(tick, 1000);

  function tick(): void {
    // How long it was stands where one reads that it is over.
    clock.hidden = answeredAt === undefined || isOver;
    if (answeredAt === undefined || isOver) return;
    setText(clock, formatDuration(performance.now() - answeredAt));
  }

  return {
    begin(peerName) {
      setText(heading, peerName);
      answeredAt = undefined;
      tick();
    },
    update(state, since, isRung) {
      isOver = state.name === 'ended';
      answeredAt = since;
      root.dataset.state = state.name;
      setText(status, say(statusKey(state, isRung)));
      tick();
    },
  };
}

/** "Ringing…" is shown only once the other side is really ringing. */
function statusKey(state: State, isRung: boolean): string {
  switch (state.name) {
    case 'calling':
      return state.rung ? 'statusRinging' : 'statusConnecting';
    case 'alone':
      return isRung ? 'statusRinging' : 'statusAlone';
    case 'idle':
    case 'connecting':
      return 'statusConnecting';
    case 'ringing':
      return 'statusRinging';
    case 'active':
      return 'statusConnected';
    case 'reconnecting':
      return 'statusReconnecting';
    case 'ended':
      return state.reason === 'unsupported' ? 'statusUnsupported' : 'statusEnded';
    default:
      return state satisfies never;
  }
}
