/** Who is in the call that is on in a chat, for somebody who is in it: a part of its page, and a form to add others. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { ErrorCode } from '../../protocol/server.ts';
import { requireUser, userOf } from '../accounts/authentication.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Chats } from '../chats/chats.ts';
import { type ConversationParams, conversationOf } from '../chats/conversation-param.ts';
import type { Groups } from '../chats/groups.ts';
import type { Friends } from '../friends/friends.ts';
import { notFound } from '../http/errors.ts';
import { type FormErrors, readForm } from '../http/forms.ts';
import { Ids } from '../http/ids.ts';
import { startOf } from '../language/graphemes.ts';
import { listOf } from '../language/lists.ts';
import { here, placeOf } from './call.ts';
import type { Calls } from './calls.ts';
import { isProtocolError } from './protocol-error.ts';
import type { Call } from './store.ts';

const AddForm = v.object({ people: v.pipe(Ids, v.minLength(1, 'chats.errors.nobody')) });

/** What the rules of calls refuse, in words. */
const WRONG: Partial<Record<ErrorCode, string>> = {
  full: 'calls.errors.full',
  'too-many': 'calls.errors.tooMany',
};

/** UTF-16 units of a group's name, as for what people are called. */
const LONGEST_TITLE = 50;

export type CallPeopleParts = {
  calls: Calls;
  chats: Chats;
  groups: Groups;
  friends: Friends;
  accounts: Pick<AccountStore, 'userById'>;
};

export function callPeopleRoutes(app: FastifyInstance, parts: CallPeopleParts): void {
  const { calls, chats, groups, friends, accounts } = parts;
  const guard = { preHandler: requireUser };
  const growing = { ...guard, config: { grows: true } };
  const nameOf = (user: number): string => accounts.userById(user)?.displayName ?? '';

  /** The call that this person is in there. Whoever isn't has none to speak of. */
  function callOf(request: FastifyRequest<ConversationParams>): Call {
    const call = calls.runningIn(conversationOf(request, chats));
    if (!call || !placeOf(call, userOf(request).id)) throw notFound();
    return call;
  }

  /** Friends who aren't in it, and in a group its members, who may be rung once more. */
  function addable(call: Call, me: number) {
    const inIt = new Set(here(call).map(({ user }) => user));
    const members = call.isGroup ? chats.members(call.conversation) : [];
    const people = [...members.flatMap((user) => accounts.userById(user) ?? []), ...friends.friendsOf(me)];
    return [...new Map(people.map((person) => [person.id, person])).values()].filter(
      ({ id }) => id !== me && !inIt.has(id),
    );
  }

  function showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    call: Call,
    more: { ticked?: number[]; errors?: FormErrors } = {},
  ): FastifyReply {
    const people = addable(call, userOf(request).id);
    return reply.show('calls/add-people', {
      ...{ conversation: call.conversation, people, ticked: [], errors: {}, ...more },
    });
  }

  app.get<ConversationParams>('/chats/:chat/call/people', guard, (request, reply) => {
    const call = calls.runningIn(conversationOf(request, chats));
    // The page may ask a moment before it is in it, or after its end, which is no error.
    if (!call || !placeOf(call, userOf(request).id)) return reply.show('calls/people', { people: [] });
    const people = calls.peopleIn(call).flatMap(({ user, state }) => {
      const person = accounts.userById(user);
      return person ? { ...person, state } : [];
    });
    return reply.show('calls/people', { people });
  });

  app.get<ConversationParams>('/chats/:chat/call/people/add', guard, (request, reply) =>
    showForm(request, reply, callOf(request)),
  );

  /** The group of everybody in a call of two and those who are added to it. @returns a refusal instead */
  function groupOf(request: FastifyRequest, people: number[]): number | { refused: string } {
    const me = userOf(request).id;
    const known = groups.ofExactly(me, people);
    if (known !== undefined) return known;
    // All of them or none: whoever is in the call goes on in the group.
    if (people.some((user) => user !== me && groups.isInTooMany(user)))
      return { refused: 'chats.errors.inTooMany' };
    const names = listOf(request.reader.locale, people.map(nameOf));
    const title = names.length > LONGEST_TITLE ? `${startOf(names, LONGEST_TITLE - 1)}…` : names;
    return groups.create(me, title, people) ?? { refused: 'chats.errors.tooManyGroups' };
  }

  /** @returns who is rung, or what was wrong, as a key of the words */
  function add(request: FastifyRequest, call: Call, people: number[]): number[] | string {
    const me = userOf(request).id;
    if (!call.isGroup && call.state.name !== 'active') return 'calls.errors.notYet';
    calls.mayInvite(call, me, people.length);
    if (!call.isGroup) {
      const group = groupOf(request, [...new Set([...here(call).map(({ user }) => user), ...people])]);
      return typeof group === 'object' ? group.refused : calls.move(call.id, me, group, people);
    }
    const members = new Set(chats.members(call.conversation));
    const newcomers = people.filter((user) => !members.has(user));
    if (newcomers.some(groups.isInTooMany)) return 'chats.errors.inTooMany';
    const { refused } =
      newcomers.length > 0 ? groups.add(call.conversation, me, newcomers, false) : { refused: undefined };
    if (refused) return `chats.errors.${refused}`;
    return calls.invite(call.id, me, people);
  }

  app.post<ConversationParams>('/chats/:chat/call/people', growing, (request, reply) => {
    const call = callOf(request);
    const form = readForm(AddForm, request.body);
    if (!form.ok) return showForm(request, reply.code(422), call, { errors: form.errors });
    const offered = new Set(addable(call, userOf(request).id).map(({ id }) => id));
    const people = form.output.people.filter((user) => offered.has(user));
    const again = (code: number, error: string) =>
      showForm(request, reply.code(code), call, { ticked: people, errors: { people: error } });
    // Somebody else isn't theirs to add: as if they weren't there.
    if (people.length === 0) return again(422, 'chats.errors.nobody');
    try {
      const rung = add(request, call, people);
      if (typeof rung === 'string') return again(409, rung);
      return reply.show('calls/added', { rung: rung.length });
    } catch (error) {
      if (!isProtocolError(error)) throw error;
      return again(409, WRONG[error.code] ?? 'calls.errors.over');
    }
  });
}
