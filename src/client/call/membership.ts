/** Which call a page is in, and as whom; kept across a reload together with what was switched on. */
import type { Kind } from '../media/outgoing.ts';
import { forgetPlace, recallPlace, rememberPlace } from './memory.ts';

type Wanted = Record<Kind, boolean>;

export interface Membership {
  /** The call's id, as soon as the server has given it one. */
  call(): string | undefined;
  /** @returns whether the id is news */
  name(call: string): boolean;
  /** Whether this page has a place in the call, possibly from before a reload. */
  isTaken(): boolean;
  /** The id of that place; missing as well while the page doesn't know which it is. */
  own(): string | undefined;
  /** What was switched on before the page was loaded again. */
  wanted(): Wanted | undefined;
  take(own: string): void;
  /** From now on there is a place, though the page doesn't know which. */
  claim(): void;
  forget(): void;
}

export interface MembershipParts {
  /** The call, where the page was opened for it, and whether it had a place there before it was loaded again. */
  call: string | undefined;
  returns: boolean;
  /** What is switched on now. */
  wanted(): Wanted;
  isOver(): boolean;
}

export function createMembership({ call, returns, wanted, isOver }: MembershipParts): Membership {
  let id = call;
  let place = id !== undefined && returns ? recallPlace(id) : undefined;

  return {
    call: () => id,
    name(given) {
      const isNew = id !== given;
      id = given;
      return isNew;
    },
    isTaken: () => place !== undefined,
    own: () => place?.member,
    wanted: () => place?.wanted,
    take(member) {
      if (id === undefined) return;
      place = { member, wanted: wanted() };
      if (!isOver()) rememberPlace(id, place);
    },
    claim() {
      if (id !== undefined) rememberPlace(id, { wanted: wanted() });
    },
    forget() {
      if (id !== undefined) forgetPlace(id);
    },
  };
}
