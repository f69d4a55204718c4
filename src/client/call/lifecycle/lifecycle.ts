/** Takes one call through its states: carries out each step's commands, and gives up on a state that lasts too long. */
import { deadline, type State } from './state.ts';
import { type CallEvent, type Command, next } from './transitions.ts';

export interface Lifecycle {
  state(): State;
  dispatch(event: CallEvent): void;
}

/**
 * @param run does what is commanded, and may dispatch more
 * @param changed is told of each other state, when everything that led to it is done
 * @param limitOf how long a state may last, in ms
 */
export function createLifecycle(
  run: (command: Command) => void,
  changed: (state: State) => void,
  limitOf: (state: State) => number | undefined = deadline,
): Lifecycle {
  let state: State = { name: 'idle' };
  let timer: ReturnType<typeof setTimeout> | undefined;

  function dispatch(event: CallEvent): void {
    const before = state;
    const step = next(state, event);
    state = step.state;
    const limit = limitOf(state);
    if (state.name !== before.name || limit !== limitOf(before)) {
      clearTimeout(timer);
      if (limit !== undefined) timer = setTimeout(() => dispatch({ type: 'gave-up' }), limit);
    }
    for (const command of step.commands) run(command);
    if (state !== before) changed(state);
  }

  return { state: () => state, dispatch };
}
