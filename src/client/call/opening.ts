/** How the call page was opened: for which call, and whether someone has already asked for it. */
import type { CallPageData } from '../../protocol/page.ts';
import type { Call, Origin } from './call.ts';
import { recallPlace, rememberPlace } from './memory.ts';

export interface Opening {
  origin: Origin;
  /** Whether the person has asked for it, by how they came here. */
  isAsked: boolean;
  begin(call: Call): void;
}

/** @param isPressed whether a press on one of our own pages led here */
export function openingOf(data: CallPageData, isPressed: boolean): Opening {
  switch (data.role) {
    case 'caller':
      return { origin: data, isAsked: isPressed, begin: (call) => call.dispatch({ type: 'dial' }) };
    case 'callee':
      return { origin: data, isAsked: isPressed, begin: (call) => call.dispatch({ type: 'accept' }) };
    case 'returning': {
      const { call: id, answeredAt } = data;
      const origin = { role: data.role, call: id };
      // What another tab of this browser began goes on here.
      if (!recallPlace(id) && data.member) rememberPlace(id, { member: data.member });
      if (!recallPlace(id))
        return {
          origin,
          isAsked: true,
          begin: (call) => call.dispatch({ type: 'over', reason: 'other-device' }),
        };
      return {
        origin,
        isAsked: isPressed || isBack(),
        begin(call) {
          call.dispatch({ type: 'return', answered: answeredAt !== undefined });
          // The socket may have opened while the page asked.
          call.opened();
        },
      };
    }
    default:
      return data satisfies never;
  }
}

/** Whether the browser restored this page, rather than following a link to it. */
const isBack = () =>
  performance
    .getEntriesByType('navigation')
    .some((entry) => 'type' in entry && (entry.type === 'reload' || entry.type === 'back_forward'));
