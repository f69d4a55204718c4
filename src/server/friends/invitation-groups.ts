/**
 * The groups that an invitation leads into. They are kept on the floor above, which has conversations; this is what it
 * gives to those who make and follow invitations.
 */
export type InvitedGroups = {
  /** The groups of somebody who invites; an invitation leads into those `forNewcomers` unless they say otherwise. */
  offeredBy(inviter: number): { id: number; title: string; forNewcomers: boolean }[];
  /** Has an invitation lead into groups of its inviter's. Others are left out. */
  attach(invitation: number, inviter: number, groups: number[]): void;
  namesOf(invitation: number): string[];
  /**
   * Takes somebody who has become the inviter's friend into the groups that the inviter is still in, where there is room.
   * May be called inside another transaction.
   */
  enter(invitation: number, inviter: number, newcomer: number): void;
  /** Makes the first group of a house, into which invitations lead. May be called inside another transaction. */
  begin(owner: number, title: string): void;
};
