/** Commands about people: creating, listing, a new password, friendship. */
import * as v from 'valibot';
import { resetPassword } from '../accounts/password-reset.ts';
import { inventPassword } from '../accounts/passwords.ts';
import { DisplayName, foldUsername, Password, register, Username } from '../accounts/registration.ts';
import type { User } from '../accounts/store.ts';
import { translator } from '../language/locale.ts';
import { AdminError, type Command, nameAt, textOption } from './command.ts';
import { type Household, inHousehold } from './household.ts';

/** Checks a value by the rule that the forms use, and refuses with the form's own sentence. */
function checked<Output>(schema: v.GenericSchema<unknown, Output>, value: string): Output {
  const result = v.safeParse(schema, value);
  if (!result.success)
    throw new AdminError(`“${value}” won't do. ${translator('en')(result.issues[0].message)}`);
  return result.output;
}

/** A password is never repeated, not even in an error. */
function checkedPassword(password: string): string {
  const result = v.safeParse(Password, password);
  if (!result.success)
    throw new AdminError(`This password won't do. ${translator('en')(result.issues[0].message)}`);
  return result.output;
}

function person({ accounts }: Household, name: string): User {
  const user = accounts.userByUsername(foldUsername(name));
  if (!user)
    throw new AdminError(
      `There is nobody with the username “${name}”. The command list-users shows who there is.`,
    );
  return user;
}

const hasOwner = ({ accounts }: Household): boolean => accounts.allUsers().some((user) => user.isOwner);

export const createUser: Command = {
  usage: 'NAME --display "Grandma" [--owner]',
  summary: 'Create an account; the password is read from standard input. The first one is the owner.',
  names: 1,
  options: { display: { type: 'string' }, owner: { type: 'boolean' } },
  async run(given) {
    const display = textOption(given, 'display');
    if (display === undefined)
      throw new AdminError('Say how the family will see this person: --display "Grandma".', 2);
    const username = checked(Username, nameAt(given, 0));
    const displayName = checked(DisplayName, display);
    const password = checkedPassword(await given.terminal.password());
    await inHousehold(
      given.config,
      async (household) => {
        const first = !hasOwner(household);
        const isOwner = first || given.options.owner === true;
        const result = await register(
          household.accounts,
          household.clock,
          { username, displayName, password, isOwner },
          // Asked again inside the transaction: the setup link may have been used in between.
          () => !first || !hasOwner(household),
        );
        if (!('id' in result))
          throw new AdminError(
            result.error === 'taken'
              ? `The username “${username}” is taken. Choose another one.`
              : 'Somebody else has become the owner just now. Run the command again.',
          );
        given.terminal.say(
          `Created ${username} (${displayName})${isOwner ? ', an owner of this server' : ''}.`,
        );
      },
      true,
    );
  },
};

export const listUsers: Command = {
  usage: '',
  summary: 'Show who has an account, and when they were last here.',
  names: 0,
  options: {},
  async run({ config, terminal }) {
    await inHousehold(config, ({ accounts, sessions }) => {
      const people = accounts.allUsers();
      if (people.length === 0) return terminal.note('Nobody has an account yet.');
      const widest = Math.max(...people.map(({ username }) => username.length));
      for (const { id, username, displayName, isOwner } of people) {
        const seen = Math.max(0, ...sessions.devices(id).map((device) => device.seenAt));
        const when = seen > 0 ? new Date(seen).toISOString().slice(0, 10) : 'not signed in';
        // The display name last: Chinese letters are wider than padding can know.
        terminal.say(
          `${username.padEnd(widest)}  ${(isOwner ? 'owner' : '').padEnd(5)}  ${when.padEnd(13)}  ${displayName}`,
        );
      }
    });
  },
};

export const newPassword: Command = {
  usage: 'NAME [--invent]',
  summary: 'Set a new password, from standard input or made up here, and sign out all devices.',
  names: 1,
  options: { invent: { type: 'boolean' } },
  async run(given) {
    const { config, terminal } = given;
    const name = nameAt(given, 0);
    // A mistyped name is reported before a password has to be typed.
    const user = await inHousehold(config, (household) => person(household, name));
    const invent = given.options.invent === true;
    const password = invent ? inventPassword() : checkedPassword(await terminal.password());
    await inHousehold(config, ({ accounts, sessions }) =>
      resetPassword(accounts, sessions, user.id, password),
    );
    terminal.note(`${user.displayName} has a new password, and all their devices are signed out.`);
    if (invent) terminal.say(password);
  },
};

export const rename: Command = {
  usage: 'NAME [--display "Grandma"] [--remove-picture]',
  summary: "Change someone's display name, or remove their picture.",
  names: 1,
  options: { display: { type: 'string' }, 'remove-picture': { type: 'boolean' } },
  async run(given) {
    const display = textOption(given, 'display');
    const bare = given.options['remove-picture'] === true;
    if (display === undefined && !bare)
      throw new AdminError('Say what to change: --display "Grandma", or --remove-picture.', 2);
    const displayName = display === undefined ? undefined : checked(DisplayName, display);
    await inHousehold(given.config, (household) => {
      const { id, username } = person(household, nameAt(given, 0));
      if (displayName !== undefined) {
        household.accounts.setDisplayName(id, displayName);
        given.terminal.say(`${username} is now called ${displayName}.`);
      }
      if (bare) {
        household.accounts.setPicture(id, undefined);
        given.terminal.say(`${username} no longer has a picture.`);
      }
    });
  },
};

export const befriend: Command = {
  usage: 'NAME NAME',
  summary: 'Make two people friends without asking them.',
  names: 2,
  options: {},
  async run(given) {
    await inHousehold(given.config, (household) => {
      const a = person(household, nameAt(given, 0));
      const b = person(household, nameAt(given, 1));
      if (a.id === b.id) throw new AdminError('These are one and the same person. Name two.');
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const)
        if (household.friendships.hasBlocked(one.id, other.id))
          throw new AdminError(
            `${one.displayName} has blocked ${other.displayName}. Only ${one.displayName} can lift that, in Settings.`,
          );
      household.friends.befriend(a.id, b.id);
      given.terminal.say(`${a.displayName} and ${b.displayName} are friends.`);
    });
  },
};
