/** How the call page was opened: for which call, and whether someone has already asked for it. */
import type { CallPageData } from '../../protocol/page.ts';
import type { Call, Origin } from './call.ts';
import { forgetPlace, recallPlace, rememberPlace } from './memory.ts';

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
      return {
        origin: { ...data, over: false },
        isAsked: isPressed,
        begin: (call) => call.dispatch({ type: 'accept' }),
      };
    case 'joining':
      return {
        origin: { role: 'callee', call: data.call, candidates: [], over: false },
        isAsked: isPressed,
        begin: walkIn,
      };
    case 'returning': {
      const { call: id, answeredAt } = data;
      // What another tab of this browser began goes on here.
      const origin: Origin = { role: data.role, call: id, over: data.member !== undefined };
      const known = recallPlace(id);
      // It was given up since, and this person is in it anew, from another device; one that isn't known may be that as well.
      if (known && (known.member ?? data.member) !== data.place) forgetPlace(id);
      if (!recallPlace(id) && data.member) rememberPlace(id, { member: data.member });
      if (!recallPlace(id))
        return {
          // On another device, from which it is taken over if its person says so here.
          origin: { role: 'callee', call: id, candidates: [], over: true },
          isAsked: false,
          begin: walkIn,
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

/** Nothing rings here, so what to do is asked without a deadline. */
function walkIn(call: Call): void {
  call.dispatch({ type: 'incoming' });
  call.dispatch({ type: 'accept' });
}

/** Whether the browser restored this page, rather than following a link to it. */
const isBack = () =>
  performance
    .getEntriesByType('navigation')
    .some((entry) => 'type' in entry && (entry.type === 'reload' || entry.type === 'back_forward'));
