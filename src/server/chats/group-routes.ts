/** Making a group, and the page of its people. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { requireUser, userOf } from '../accounts/authentication.ts';
import { DisplayName } from '../accounts/registration.ts';
import type { Clock } from '../clock.ts';
import type { Friends } from '../friends/friends.ts';
import type { Presence } from '../friends/presence.ts';
import { createLimit } from '../http/attempt-limit.ts';
import { notFound, personError } from '../http/errors.ts';
import { type FormErrors, readForm } from '../http/forms.ts';
import { Ids, idFrom } from '../http/ids.ts';
import { type ConversationParams, conversationOf } from './conversation-param.ts';
import { type GroupPictureParts, groupPictureRoutes } from './group-picture-routes.ts';
import type { GroupOutcome } from './groups.ts';
import type { ChatNotifications } from './notifications.ts';

const Chosen = v.pipe(Ids, v.minLength(1, 'chats.errors.nobody'));

const NewGroupForm = v.object({ title: DisplayName, people: Chosen });
const AddForm = v.object({ people: Chosen, from: v.optional(v.picklist(['start', 'now']), 'now') });
const TitleForm = v.object({ title: DisplayName });

type PersonParams = { Params: { chat: string; person: string } };

/** Changes of groups by one person in a minute: each stands in a chat, and is brought to everybody in it. */
const OFTEN = { most: 30, window: 60_000, keys: Number.POSITIVE_INFINITY };

export type GroupParts = Omit<GroupPictureParts, 'mayChange'> & {
  friends: Friends;
  presence: Presence;
  chatNotifications: Pick<ChatNotifications, 'choices'>;
  clock: Clock;
};

export function groupRoutes(app: FastifyInstance, parts: GroupParts): void {
  const { chats, groups, friends, presence, chatNotifications, clock } = parts;
  const guard = { preHandler: requireUser };
  const change = createLimit(clock, OFTEN);
  async function mayChange(request: FastifyRequest): Promise<void> {
    if (!change(`${userOf(request).id}`)) throw personError(429, 'chats.errors.tooOften');
  }
  const changing = { preHandler: [requireUser, mayChange] };
  const growing = { ...changing, config: { grows: true } };

  /** The ids of the boxes that were ticked, to be shown again, without those that can't be meant. */
  function ticked(body: unknown): number[] {
    const given = v.safeParse(v.object({ people: Ids }), body);
    return given.success ? given.output.people.filter((user) => !groups.isInTooMany(user)) : [];
  }

  app.get('/chats/new', guard, (request, reply) =>
    reply.show('chats/new', { ...choices(request), title: '', ticked: [], errors: {} }),
  );

  const choices = (request: FastifyRequest) => ({ friends: friends.friendsOf(userOf(request).id) });

  app.post('/chats/new', growing, (request, reply) => {
    const form = readForm(NewGroupForm, request.body);
    const again = (errors: FormErrors) =>
      reply.code(422).show('chats/new', {
        ...choices(request),
        title: form.values.title ?? '',
        ticked: ticked(request.body),
        errors,
      });
    if (!form.ok) return again(form.errors);
    if (form.output.people.some(groups.isInTooMany)) return again({ people: 'chats.errors.inTooMany' });
    const made = groups.create(userOf(request).id, form.output.title, form.output.people);
    if (made === undefined) return again({ title: 'chats.errors.tooManyGroups' });
    return reply.redirect(`/chats/${made}#end`, 303);
  });

  /** The group in the address, as what it is to this person. */
  function groupOf(request: FastifyRequest<ConversationParams>) {
    const conversation = conversationOf(request, chats);
    const me = userOf(request).id;
    const member = groups.memberOf(conversation, me);
    if (!member) throw notFound();
    return { conversation, me, member };
  }

  function showPeople(
    request: FastifyRequest<ConversationParams>,
    reply: FastifyReply,
    more: { title?: string; ticked?: number[]; errors?: FormErrors } = {},
  ): FastifyReply {
    const { conversation, me, member } = groupOf(request);
    const people = chats.participants(conversation);
    const inIt = new Set(people.map(({ id }) => id));
    const friendly = friends.friendsOf(me);
    const watched = new Set(friendly.map(({ id }) => id));
    return reply.show('chats/people', {
      conversation,
      isAdmin: member.role === 'admin',
      notify: member.notify,
      choices: chatNotifications.choices(conversation),
      title: chats.conversation(conversation)?.title ?? '',
      picture: chats.conversation(conversation)?.picture,
      people: people.map((person) => ({
        ...person,
        // What strangers do is theirs, also in a common group.
        online: watched.has(person.id) ? presence.isOnline(person.id) : undefined,
      })),
      others: friendly.filter(({ id }) => !inIt.has(id)),
      ticked: [],
      errors: {},
      typedTitle: more.title,
      ...more,
    });
  }

  app.get<ConversationParams>('/chats/:chat/people', guard, (request, reply) => showPeople(request, reply));

  /** Back to the page, or what was wrong as an error of its own: only who tries it on gets that far. */
  function done(reply: FastifyReply, { refused }: GroupOutcome, address: string): FastifyReply {
    if (refused === 'gone') throw notFound();
    if (refused) throw personError(403, `chats.errors.${refused}`);
    return reply.redirect(address, 303);
  }
  const pageOf = (conversation: number) => `/chats/${conversation}/people`;

  app.post<ConversationParams>('/chats/:chat/people', growing, (request, reply) => {
    const { conversation, me } = groupOf(request);
    const form = readForm(AddForm, request.body);
    if (!form.ok)
      return showPeople(request, reply.code(422), { errors: form.errors, ticked: ticked(request.body) });
    const { people, from } = form.output;
    if (people.some(groups.isInTooMany))
      return showPeople(request, reply.code(409), {
        errors: { people: 'chats.errors.inTooMany' },
        ticked: ticked(request.body),
      });
    const { refused } = groups.add(conversation, me, people, from === 'start');
    if (refused === 'groupFull')
      return showPeople(request, reply.code(409), {
        errors: { people: 'chats.errors.groupFull' },
        ticked: people,
      });
    return done(reply, { refused }, pageOf(conversation));
  });

  app.post<ConversationParams>('/chats/:chat/title', growing, (request, reply) => {
    const { conversation, me } = groupOf(request);
    const form = readForm(TitleForm, request.body);
    if (!form.ok)
      return showPeople(request, reply.code(422), {
        errors: form.errors,
        title: form.values.title ?? '',
      });
    return done(reply, groups.rename(conversation, me, form.output.title), pageOf(conversation));
  });

  groupPictureRoutes(app, { ...parts, mayChange }, (request, reply, status, errors) =>
    showPeople(request, reply.code(status), { errors }),
  );

  /** Asks first: what is written there meanwhile can't be read later. */
  app.get<ConversationParams>('/chats/:chat/leave', guard, (request, reply) => {
    const { conversation } = groupOf(request);
    return reply.show('chats/leave', { conversation, title: chats.conversation(conversation)?.title ?? '' });
  });
  app.post<ConversationParams>('/chats/:chat/leave', guard, (request, reply) => {
    const { conversation, me } = groupOf(request);
    return done(reply, groups.leave(conversation, me), '/chats');
  });

  app.post<PersonParams>('/chats/:chat/people/:person/remove', changing, (request, reply) => {
    const { conversation, me } = groupOf(request);
    const outcome = groups.remove(conversation, me, idFrom(request.params.person));
    return done(reply, outcome, pageOf(conversation));
  });
  app.post<PersonParams>('/chats/:chat/people/:person/admin', changing, (request, reply) => {
    const { conversation, me } = groupOf(request);
    const outcome = groups.makeAdmin(conversation, me, idFrom(request.params.person));
    return done(reply, outcome, pageOf(conversation));
  });
  app.post<ConversationParams>('/chats/:chat/step-down', changing, (request, reply) => {
    const { conversation, me } = groupOf(request);
    const outcome = groups.stepDown(conversation, me);
    if (outcome.refused === 'lastAdmin')
      return showPeople(request, reply.code(409), { errors: { role: 'chats.errors.lastAdmin' } });
    return done(reply, outcome, pageOf(conversation));
  });
}
