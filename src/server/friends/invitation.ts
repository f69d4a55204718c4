/** Invitations: a link, valid for some days and some people. Inviter and newcomer are friends right away. */
import * as v from 'valibot';
import { makeCode } from '../accounts/codes.ts';
import type { Clock } from '../clock.ts';
import { Ids } from '../http/ids.ts';
import type { InvitedGroups } from './invitation-groups.ts';
import type { Invitation, InvitationStore } from './invitation-store.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Of five bits each. */
const CODE_LENGTH = 20;

const whole = (fallback: string, least: number, most: number) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.regex(/^\d{1,4}$/, 'accounts.errors.invitation'),
    v.transform(Number),
    v.minValue(least, 'accounts.errors.invitation'),
    v.maxValue(most, 'accounts.errors.invitation'),
  );

/** The form: how many days, for how many people, and into which groups. */
export const InvitationForm = v.object({ days: whole('7', 1, 365), uses: whole('1', 1, 50), groups: Ids });
export type InvitationForm = v.InferOutput<typeof InvitationForm>;

/** Why an invitation admits nobody; `unknown` was withdrawn, or its link is incomplete. */
export type InvitationEnd = 'used' | 'expired' | 'unknown';

/** @returns `undefined` while it can be used */
export function endOf(invitation: Invitation | undefined, now: number): InvitationEnd | undefined {
  if (!invitation) return 'unknown';
  if (invitation.usesLeft === 0) return 'used';
  return invitation.expiresAt <= now ? 'expired' : undefined;
}

/** Makes an invitation. */
export function invite(
  store: InvitationStore,
  clock: Clock,
  inviterId: number,
  form: Pick<InvitationForm, 'days' | 'uses'>,
): { id: number; code: string } {
  const code = makeCode(CODE_LENGTH);
  const now = clock.now();
  const id = store.insert({ code, inviterId, now, expiresAt: now + form.days * DAY, uses: form.uses });
  return { id, code };
}

/** Link and QR code of each invitation. The SVG comes from the server, so it shows without JavaScript. */
export const showInvitations = (
  invitations: Invitation[],
  base: string,
  groupsOf: InvitedGroups['namesOf'],
) =>
  Promise.all(
    invitations.map(async (invitation) => {
      const link = `${base}/join/${invitation.code}`;
      // Loaded with the first invitation that is shown.
      const { qrCodeImage } = await import('./qr-code.ts');
      return { ...invitation, link, qr: await qrCodeImage(link), groups: groupsOf(invitation.id) };
    }),
  );
