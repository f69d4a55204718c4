/** The pages of calls. Opening one neither rings nor accepts anything: that happens over the socket. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallPageData } from '../../protocol/page.ts';
import { requireUser, userOf } from '../accounts/authentication.ts';
import type { AccountStore } from '../accounts/store.ts';
import { asSeenBy, callOutcome, callTitle, isMissed } from '../chats/call-words.ts';
import type { Chats } from '../chats/chats.ts';
import { type ConversationParams, conversationOf } from '../chats/conversation-param.ts';
import type { Files } from '../files/files.ts';
import { isFromHere } from '../http/address.ts';
import { notFound, personError } from '../http/errors.ts';
import { allowDevices, allowWebAssembly } from '../http/headers.ts';
import { isHtmx } from '../http/htmx.ts';
import { faceOf, groupFaceOf } from '../http/views.ts';
import { wordsBelow } from '../language/locale.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { entryOf } from './call.ts';
import type { Calls } from './calls.ts';
import { jsonInScript, pageDataOf } from './page-data.ts';
import { recordingsOf } from './recording-view.ts';
import { screenshotsOf } from './screenshots.ts';
import type { Call } from './store.ts';

type CallParams = { Params: { call: string } };
type NewCallParams = ConversationParams & { Querystring: { media?: string; quiet?: string } };

/** With whom a call is, as its pages show them. */
type Party = { isGroup: boolean; title: string; face: ReturnType<typeof faceOf> };

export type CallParts = {
  calls: Calls;
  chats: Chats;
  accounts: AccountStore;
  files: Files;
  recordings: Recordings;
};

export function callRoutes(app: FastifyInstance, parts: CallParts): void {
  const { calls, chats, accounts, files } = parts;
  const guard = { preHandler: requireUser };

  /** With whom a call is: the other person, or the group. */
  function partyOf(request: FastifyRequest, conversation: number): Party {
    const other = accounts.userById(chats.otherOf(conversation, userOf(request).id) ?? 0);
    if (other) return { isGroup: false, title: other.displayName, face: faceOf(other) };
    const group = chats.conversation(conversation);
    if (group?.kind !== 'group') throw notFound();
    const { title = '', picture } = group;
    return { isGroup: true, title, face: groupFaceOf({ id: conversation, title, picture }) };
  }

  /** What every call page is given, whatever its role. */
  function commonData(request: FastifyRequest, conversation: number, media: Call['media']) {
    const { title, isGroup } = partyOf(request, conversation);
    return {
      ...{ chat: conversation, media, title, isGroup },
      me: { id: userOf(request).id, name: userOf(request).displayName },
      ice: calls.iceFor(userOf(request).id, request.host),
      words: wordsBelow(request.reader.locale, 'call'),
      fromHere: isFromHere(request),
    };
  }

  function showPage(request: FastifyRequest, reply: FastifyReply, data: CallPageData): FastifyReply {
    const { chat, media, role } = data;
    const party = partyOf(request, chat);
    const isElsewhere = role === 'returning' && data.member === undefined;
    const isComing = role === 'callee' || role === 'joining';
    const kind = isElsewhere ? 'elsewhere' : party.isGroup && isComing ? 'group' : role;
    return allowWebAssembly(allowDevices(reply)).show('calls/page', {
      json: jsonInScript(data),
      conversation: chat,
      media,
      party,
      // A page that was reloaded after a restart of the server isn't asked: it knows its own place.
      ask: {
        words: `calls.ask.${kind}.${media}`,
        press: `calls.ask.${isElsewhere ? 'elsewhere' : role}.press`,
      },
      chatUrl: `/chats/${chat}`,
      againUrl: `/chats/${chat}/call?media=${media}`,
    });
  }

  function showSummary(request: FastifyRequest, reply: FastifyReply, call: Call): FastifyReply {
    const me = userOf(request).id;
    const { t } = request.reader;
    const { entry, side } = asSeenBy(entryOf(call), me, call.startedBy === me);
    const party = partyOf(request, call.conversation);
    return reply.show('calls/summary', {
      entry,
      own: call.startedBy === me,
      caller: accounts.userById(call.startedBy),
      party,
      title: callTitle(t, entry, side, party.title),
      // Around the name, which is kept in one piece.
      heading: callTitle(t, entry, side, '\n').split('\n'),
      outcome: callOutcome(t, entry, side),
      again: isMissed(entry.outcome, side) ? t('calls.callBack') : t('call.again'),
      startedAt: call.startedAt,
      conversation: call.conversation,
      screenshots: screenshotsOf(files, request.reader, call.id, me),
      mayCall: chats.mayWrite(call.conversation, me),
      recordings: recordingsOf(parts, request.reader, call.id, userOf(request)),
    });
  }

  /** The page of a call that is on, or what is left of one. @param media with which this person wants to be in it */
  function showCall(
    request: FastifyRequest,
    reply: FastifyReply,
    call: Call,
    media = call.media,
  ): FastifyReply {
    const common = commonData(request, call.conversation, media);
    const place = calls.placeOf(userOf(request).id, request.signedIn?.session ?? '');
    const data = pageDataOf(calls, call, userOf(request).id, common, place);
    return data ? showPage(request, reply, data) : showSummary(request, reply, call);
  }

  app.get<NewCallParams>('/chats/:chat/call', guard, (request, reply) => {
    const conversation = conversationOf(request, chats);
    if (!chats.mayWrite(conversation, userOf(request).id)) throw personError(403, 'calls.errors.notFriends');
    const media = request.query.media === 'video' ? 'video' : 'voice';
    const running = chats.kind(conversation) === 'group' ? calls.runningIn(conversation) : undefined;
    // Whoever wants to call a group that is in a call wants into that one.
    if (running) return showCall(request, reply, running, media);
    const common = commonData(request, conversation, media);
    // The page may ring more than once with the same key, and it is one call.
    const quiet = common.isGroup && request.query.quiet !== undefined;
    return showPage(request, reply, { ...common, role: 'caller', key: randomUUID(), quiet });
  });

  // Of the call page, but asked for by few: it comes when somebody opens it.
  app.get('/calls/effects', guard, (_request, reply) => reply.show('calls/effects'));

  /** A call in one of their conversations; others don't exist. */
  function callOf(request: FastifyRequest<CallParams>): Call {
    const call = calls.find(request.params.call);
    if (!call || !chats.isMember(call.conversation, userOf(request).id)) throw notFound();
    return call;
  }

  app.get<CallParams>('/calls/:call', guard, (request, reply) => showCall(request, reply, callOf(request)));

  /** What is kept of it, even while it is going on. */
  app.get<CallParams>('/calls/:call/recordings', guard, (request, reply) =>
    showSummary(request, reply, callOf(request)),
  );

  /** From the ring on any page. Declining what rings no longer changes nothing. */
  app.post<CallParams>('/calls/:call/decline', guard, (request, reply) => {
    const { id } = callOf(request);
    if (!calls.decline(userOf(request).id, id)) throw notFound();
    if (!isHtmx(request)) return reply.redirect('/chats', 303);
    return reply.show('calls/quiet', { call: id });
  });

  /** From any page of somebody who is in a call. */
  app.post<CallParams>('/calls/:call/hang-up', guard, (request, reply) => {
    const { id, conversation } = callOf(request);
    if (!calls.hangUp(userOf(request).id, id)) throw notFound();
    if (!isHtmx(request)) return reply.redirect(`/chats/${conversation}`, 303);
    return reply.show('calls/now', { inCall: undefined, oob: true });
  });
}
