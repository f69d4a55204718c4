/** Recordings of a call: starting one, and downloading it under a name that says whose call it was. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { actorOf, requireUser, userOf } from '../accounts/authentication.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Chats } from '../chats/chats.ts';
import { type ConversationParams, conversationOf } from '../chats/conversation-param.ts';
import type { Membership } from '../chats/membership.ts';
import type { Files } from '../files/files.ts';
import { serve } from '../files/serving.ts';
import { notFound, personError } from '../http/errors.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { refuse, requireSignedIn } from '../recordings/responses.ts';
import { MODES, type Whom } from '../recordings/store.ts';
import { type RecordingParams, uploadUrl } from '../recordings/upload-routes.ts';
import { placeOf, tookPart } from './call.ts';
import type { Calls } from './calls.ts';
import { downloadName, recordingName } from './recording-names.ts';
import type { Call } from './store.ts';

type CallParams = { Params: { call: string } };

// The media type is what the recorder means to send; what it is, is found in the bytes.
const NewRecording = v.object({
  key: v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/)),
  mode: v.union([
    v.pipe(
      v.picklist(MODES),
      v.transform((mode): Whom => ({ mode })),
    ),
    v.pipe(
      v.string(),
      v.regex(/^person-\d{1,15}$/),
      v.transform((mode): Whom => ({ mode: 'person', person: Number(mode.slice('person-'.length)) })),
    ),
  ]),
  mimeType: v.pipe(v.string(), v.maxLength(200), v.regex(/^(video|audio)\/(webm|mp4|x-matroska)\b/)),
});

export type CallRecordingParts = {
  calls: Calls;
  chats: Chats;
  accounts: AccountStore;
  files: Files;
  recordings: Recordings;
  membership: Membership;
};

export function callRecordingRoutes(app: FastifyInstance, parts: CallRecordingParts): void {
  const { calls, chats, accounts, files, recordings, membership } = parts;
  /** A call of this person's that they are or were in; for others there is nothing. */
  function callOf(request: FastifyRequest<CallParams>): Call | undefined {
    const me = userOf(request).id;
    const call = calls.find(request.params.call);
    return call && tookPart(call, me) && chats.isMember(call.conversation, me) ? call : undefined;
  }

  app.post<CallParams>('/calls/:call/recordings', { preHandler: requireSignedIn }, async (request, reply) => {
    const call = callOf(request);
    if (!call) return refuse(request, reply, 'not-found');
    if (!membership.mayWrite(actorOf(request), call.conversation)) return refuse(request, reply, 'forbidden');
    const wish = v.safeParse(NewRecording, request.body);
    if (!wish.success) return refuse(request, reply, 'header');
    const { key, mode: whom, mimeType } = wish.output;
    // Who wasn't in it can't be recorded, and a recording says whose it is.
    if (whom.mode === 'person' && !tookPart(call, whom.person)) return refuse(request, reply, 'header');
    const { startedAt, media } = call;
    const type = mimeType.split(';')[0] ?? '';
    const name = recordingName(request.reader, { startedAt, media, other: undefined, type });
    const made = await recordings.create({ key, call, owner: userOf(request).id, whom, name });
    if ('refused' in made) return refuse(request, reply, made.refused);
    return reply.code(201).send({ id: made.id, uploadUrl: uploadUrl(made.id) });
  });

  /** In a group: whom one may record alone. Those who have left stay, so that a choice that was made does. */
  app.get<ConversationParams>(
    '/chats/:chat/call/recordable',
    { preHandler: requireUser },
    (request, reply) => {
      const call = calls.runningIn(conversationOf(request, chats));
      const me = userOf(request).id;
      const users = call?.isGroup && placeOf(call, me) ? call.places.map(({ user }) => user) : [];
      const others = [...new Set(users)].filter((user) => user !== me);
      const people = others.flatMap((user) => accounts.userById(user) ?? []);
      const { compare } = new Intl.Collator(request.reader.locale);
      return reply.show('calls/recordable', {
        people: people.toSorted((a, b) => compare(a.displayName, b.displayName)),
      });
    },
  );

  /** As /files/<id>/download, under a name in the reader's language. */
  app.get<RecordingParams>(
    '/recordings/:recording/download',
    { preHandler: requireUser, compress: false as const },
    (request, reply) => {
      const me = userOf(request).id;
      const file = recordings.find(request.params.recording) && files.find(request.params.recording);
      if (!file || !files.mayRead(me, file.id)) throw notFound();
      if (file.state === 'receiving') throw personError(409, 'files.errors.not-yet');
      if (recordings.isAway()) throw personError(503, 'files.errors.folder-away');
      const name = downloadName(parts, request.reader, me, file);
      return serve(request, reply, { path: files.pathOf(file), type: file.type, name, inline: false });
    },
  );
}
