/** The data for the call page's script, depending on who opens the page and when. */
import type { CallPageData } from '../../protocol/page.ts';
import { concerns, placeOf, ringing } from './call.ts';
import type { Calls } from './calls.ts';
import type { Call } from './store.ts';

type ForAll = Pick<
  CallPageData,
  'chat' | 'media' | 'me' | 'title' | 'isGroup' | 'ice' | 'words' | 'fromHere'
>;

/**
 * For a call that is going on; `undefined` where it is over, or not this person's.
 * @param place the one that the asking browser has, in whatever call
 */
export function pageDataOf(
  calls: Calls,
  call: Call,
  user: number,
  common: ForAll,
  place: { call: string; member: string } | undefined,
): CallPageData | undefined {
  if (call.state.name === 'ended' || (!call.isGroup && !concerns(call, user))) return undefined;
  const me = placeOf(call, user);
  if (!me && ringing(call, user)) {
    const { description, candidates } = calls.offerOf(call.id);
    const offer = description && { offer: description };
    return { ...common, role: 'callee', call: call.id, ...offer, candidates };
  }
  if (!me) return { ...common, role: 'joining', call: call.id };
  const answered = call.answeredAt !== undefined && { answeredAt: call.answeredAt };
  const member = place?.call === call.id && { member: place.member };
  return { ...common, role: 'returning', call: call.id, place: me.id, ...answered, ...member };
}

/** JSON as it may stand in a script element (HTML, "restrictions for contents of script elements"). */
export const jsonInScript = (data: CallPageData): string => JSON.stringify(data).replaceAll('<', '\\u003c');
