/**
 * The lifecycle of one call, as its page sees it.
 *
 *            dial                    accepted              connected
 *     idle ───────▶ calling ───────────────────▶ connecting ───────▶ active
 *       │ │                                        ▲    ▲              │ ▲
 *       │ │ incoming             accept            │    │         lost │ │ connected
 *       │ └────────▶ ringing ──────────────────────┘    │              ▼ │
 *       │ return                                        │         reconnecting
 *       └───────────────────────────────────────────────┘
 *
 *     In the call of a group `alone` leads from `calling`, and from each that comes after it, to `alone`, where one waits
 *     for others; when somebody comes, `accepted` leads from there to `connecting`.
 *
 *     `peer-left` and `peer-back` say within `reconnecting` whether the other side went on purpose, by a reload or
 *     for good: then it is waited for less long.
 *
 *     From every state `hang-up`, `over` (the server's word) and `gave-up` (the deadline) lead to `ended`,
 *     and nothing leads out of it: another call is another state machine.
 *
 * `next` is pure: it says which state follows and what is to be done, and does nothing itself.
 */
import { hasLeft, type Reason, type State } from './state.ts';

export type CallEvent =
  | { type: 'dial' }
  | { type: 'rung' }
  | { type: 'incoming' }
  | { type: 'accept' }
  | { type: 'decline' }
  /** The page of a call was loaded again; `answered` is false while it still rings. */
  | { type: 'return'; answered: boolean }
  | { type: 'accepted' }
  /** Nobody else is in the call of the group, or any more. */
  | { type: 'alone' }
  | { type: 'connected' }
  | { type: 'lost' }
  | { type: 'hang-up' }
  /** The other side said so over the data channel. */
  | { type: 'peer-hung-up' }
  /** The other side's page is being closed or left. */
  | { type: 'peer-left' }
  /** The other side's page is there again, though not connected yet. */
  | { type: 'peer-back' }
  | { type: 'over'; reason: Reason }
  | { type: 'gave-up' };

export type Command =
  | 'start-media'
  | 'ring'
  | 'prepare-answer'
  | 'resume'
  | 'send-accept'
  | 'send-decline'
  | 'send-hang-up'
  | 'say-hang-up'
  | 'close';

export interface Step {
  state: State;
  commands: Command[];
}

/** What follows from an event in a state. An event that means nothing there changes nothing. */
export function next(state: State, event: CallEvent): Step {
  switch (state.name) {
    case 'idle':
      return fromIdle(state, event);
    case 'calling':
      return fromCalling(state, event);
    case 'ringing':
      return fromRinging(state, event);
    case 'alone':
      return fromAlone(state, event);
    case 'connecting':
    case 'active':
    case 'reconnecting':
      return fromAnswered(state, event);
    case 'ended':
      return stay(state);
    default:
      return state satisfies never;
  }
}

function fromIdle(state: State, event: CallEvent): Step {
  switch (event.type) {
    case 'dial':
      return { state: { name: 'calling', rung: false }, commands: ['start-media', 'ring'] };
    case 'incoming':
      return { state: { name: 'ringing' }, commands: ['prepare-answer'] };
    case 'return':
      return {
        state: event.answered ? { name: 'connecting' } : { name: 'calling', rung: true },
        commands: ['start-media', 'resume'],
      };
    case 'hang-up':
    case 'decline':
      return end('cancelled');
    case 'over':
      return end(event.reason);
    case 'gave-up':
      return end('failed');
    default:
      return stay(state);
  }
}

function fromCalling(state: State & { name: 'calling' }, event: CallEvent): Step {
  switch (event.type) {
    case 'rung':
      return { state: { name: 'calling', rung: true }, commands: [] };
    case 'accepted':
      return { state: { name: 'connecting' }, commands: [] };
    case 'alone':
      return { state: { name: 'alone' }, commands: [] };
    case 'hang-up':
      return end('cancelled', 'send-hang-up');
    case 'over':
      return end(event.reason);
    case 'gave-up':
      return end(state.rung ? 'missed' : 'failed', 'send-hang-up');
    default:
      return stay(state);
  }
}

function fromRinging(state: State, event: CallEvent): Step {
  switch (event.type) {
    case 'accept':
      return { state: { name: 'connecting' }, commands: ['start-media', 'send-accept'] };
    case 'hang-up':
    case 'decline':
      return end('declined', 'send-decline');
    case 'over':
      // It wasn't the other side who didn't answer, whoever ended it.
      return end(event.reason === 'missed' || event.reason === 'cancelled' ? 'unanswered' : event.reason);
    case 'gave-up':
      return end('unanswered');
    default:
      return stay(state);
  }
}

function fromAlone(state: State, event: CallEvent): Step {
  switch (event.type) {
    case 'accepted':
      return { state: { name: 'connecting' }, commands: [] };
    case 'hang-up':
      return end('hung-up', 'say-hang-up', 'send-hang-up');
    case 'over':
      return end(event.reason === 'answered-elsewhere' ? 'moved' : event.reason);
    case 'gave-up':
      return end('failed', 'send-hang-up');
    default:
      return stay(state);
  }
}

function fromAnswered(state: State, event: CallEvent): Step {
  switch (event.type) {
    case 'connected':
      return { state: { name: 'active' }, commands: [] };
    // Another device of theirs rings still, and this one goes on with it.
    case 'rung':
      return state.name === 'connecting'
        ? { state: { name: 'calling', rung: true }, commands: [] }
        : stay(state);
    case 'alone':
      return { state: { name: 'alone' }, commands: [] };
    case 'lost':
      return state.name === 'active' ? reconnecting(false) : stay(state);
    case 'peer-left':
      return hasLeft(state) ? stay(state) : reconnecting(true);
    case 'peer-back':
      return state.name === 'reconnecting' ? reconnecting(false) : stay(state);
    case 'hang-up':
      return end('hung-up', 'say-hang-up', 'send-hang-up');
    case 'peer-hung-up':
      return end('hung-up', 'send-hang-up');
    case 'over':
      // Before that, another device was faster.
      return end(
        event.reason === 'answered-elsewhere' && state.name !== 'connecting' ? 'moved' : event.reason,
      );
    case 'gave-up':
      return end(hasLeft(state) ? 'hung-up' : 'failed', 'say-hang-up', 'send-hang-up');
    default:
      return stay(state);
  }
}

function reconnecting(left: boolean): Step {
  return { state: { name: 'reconnecting', left }, commands: [] };
}

function stay(state: State): Step {
  return { state, commands: [] };
}

function end(reason: Reason, ...said: Command[]): Step {
  return { state: { name: 'ended', reason }, commands: [...said, 'close'] };
}
