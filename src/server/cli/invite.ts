/** The command that makes an invitation. */
import * as v from 'valibot';
import type { Config } from '../config.ts';
import { InvitationForm, invite } from '../friends/invitation.ts';
import { qrCodeLines } from '../friends/qr-code.ts';
import { translator } from '../language/locale.ts';
import { AdminError, type Command, textOption } from './command.ts';
import { inHousehold } from './household.ts';

/** Where people reach the server, as far as the environment says. */
const address = ({ publicUrl, tls, port }: Config): string =>
  publicUrl ?? `${tls ? 'https' : 'http'}://localhost:${port}`;

export const inviteSomebody: Command = {
  usage: '[--days 7] [--uses 1]',
  summary: "Print an invitation link, in the owner's name.",
  names: 0,
  options: { days: { type: 'string' }, uses: { type: 'string' } },
  async run(given) {
    const { config, terminal } = given;
    const form = v.safeParse(InvitationForm, {
      days: textOption(given, 'days'),
      uses: textOption(given, 'uses'),
    });
    if (!form.success) throw new AdminError(translator('en')(form.issues[0].message), 2);
    const code = await inHousehold(config, ({ accounts, invitations, conversations, clock }) => {
      const owner = accounts.allUsers().find((user) => user.isOwner);
      if (!owner)
        throw new AdminError(
          'There is no owner yet to invite people. Open the setup link that the server printed, or use create-user.',
        );
      const { id, code } = invite(invitations, clock, owner.id, form.output);
      for (const group of conversations.groupsOf(owner.id))
        if (group.forNewcomers) conversations.leadInto(id, group.id);
      return code;
    });
    const link = `${address(config)}/join/${code}`;
    terminal.say(link);
    // A code for "localhost" would lead a phone to itself.
    if (terminal.interactive && config.publicUrl) terminal.say(await qrCodeLines(link));
    const { days, uses } = form.output;
    terminal.note(
      `Good for ${days} ${days === 1 ? 'day' : 'days'} and ${uses} ${uses === 1 ? 'person' : 'people'}.`,
    );
    if (!config.publicUrl)
      terminal.note(
        'This link works on this computer only. Set PUBLIC_URL to the address that others use, or replace it in the link.',
      );
  },
};
