/** Sending: a text, files, or both. Each file is a message of its own, and the text goes with the first. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { actorOf, requireUser } from '../accounts/authentication.ts';
import type { Writing } from '../database/writing.ts';
import type { Files } from '../files/files.ts';
import type { Intake } from '../files/intake.ts';
import { statusOf } from '../files/intake-status.ts';
import { takesPoster } from '../files/posters.ts';
import { readForm } from '../http/forms.ts';
import { isHtmx } from '../http/htmx.ts';
import { SendKey } from '../http/ids.ts';
import { readFields, type Upload } from '../http/multipart.ts';
import { unlessTrouble } from '../http/write-gate.ts';
import type { Sending, SendOutcome } from './chats.ts';
import { type ConversationParams, conversationOf } from './conversation-param.ts';
import type { Membership } from './membership.ts';
import { type PageParts, type RowParts, rowOf, showConversation } from './page.ts';
import { errorsOf, type Outcome, type Refused } from './send-outcome.ts';
import { MessageText, TextWithFile } from './text.ts';

/** What a page sends by itself, perhaps hours later, says whose it is: by then somebody else may be signed in. */
const from = v.optional(v.string());
const SendForm = v.object({ key: SendKey, body: MessageText, from });
const SendFileForm = v.object({ key: SendKey, body: TextWithFile, from });

const NOT_FRIENDS: Refused = { refused: 'chats.errors.notFriends', status: 403 };
const CHANGED: Refused = { refused: 'chats.errors.changed', status: 409 };
const STRANGER: Refused = { refused: 'errors.stale', status: 403 };

function outcomeOf(sent: SendOutcome): Outcome {
  if (sent.result === 'refused') return NOT_FRIENDS;
  return sent.result === 'changed' ? CHANGED : { sent: sent.id };
}

export type SendParts = PageParts &
  RowParts & { files: Files; intake: Intake; membership: Membership; writing: Writing };

export function sendRoutes(app: FastifyInstance, parts: SendParts): void {
  const { chats, files, intake, membership, writing } = parts;

  /** The message of a form, and the question that is asked before anything of it is written. */
  type Posted = Sending & { may: () => boolean };

  async function sendFile(message: Posted, upload: Upload): Promise<Outcome> {
    const { conversation, author: owner, may } = message;
    if (!may()) return NOT_FRIENDS;
    const before = chats.sentBefore(message, upload);
    if (before) return outcomeOf(before);
    const request = { owner, conversation, kind: 'attachment' as const, name: upload.name, may };
    const taken = await intake.take(upload, request);
    if ('refused' in taken && taken.refused === 'forbidden') return NOT_FRIENDS;
    if ('refused' in taken)
      return { refused: `files.errors.${taken.refused}`, status: statusOf(taken.refused) };
    const sent = await chats.send({ ...message, file: taken.id });
    if (sent.result !== 'sent') await files.remove(taken.id);
    return outcomeOf(sent);
  }

  /** One after another, so that they appear in the order they were chosen. A refused one doesn't stop the others. */
  async function sendFiles(message: Posted, first: Upload): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    let upload: Upload | undefined = first;
    while (upload) {
      const place: number = outcomes.length + 1;
      // A file's key depends only on its position in the form, not on the others: repeating the form
      // duplicates none, and retries those that were refused. No form can send a key with a colon.
      const keyed: Posted = place === 1 ? message : { ...message, key: `${message.key}:${place}`, body: '' };
      const given: Upload = upload;
      const outcome = await unlessTrouble(writing, () => sendFile(keyed, given));
      outcomes.push('sent' in outcome ? outcome : { ...outcome, file: upload.name });
      // A different text, so what follows it belongs to a different form too.
      if (place === 1 && outcome === CHANGED) break;
      upload = await upload.next();
    }
    return outcomes;
  }

  type Typed = { body?: string; beside?: string };

  function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { conversation, typed, outcomes }: { conversation: number; typed: Typed; outcomes: Outcome[] },
  ): FastifyReply {
    const errors = errorsOf(outcomes, request.reader);
    const refused = outcomes.find((outcome) => 'refused' in outcome);
    // Text that went with the first file must not stay in the box, where it would be sent once more.
    const textIsSent = outcomes[0] !== undefined && 'sent' in outcomes[0];
    if (!isHtmx(request)) {
      if (!refused) return reply.redirect(`/chats/${conversation}#end`, 303);
      reply.code(refused.status);
      return showConversation(request, reply, parts, conversation, {
        body: textIsSent ? '' : (typed.body ?? ''),
        errors,
      });
    }
    const ids = outcomes.flatMap((outcome) => ('sent' in outcome ? outcome.sent : []));
    // A page that sends files beside its text box shows each refusal in its own place; one that continues
    // another page's sending shows another chat, or none.
    const isElsewhere = typed.beside === 'elsewhere';
    const isBeside = isElsewhere || typed.beside === 'true';
    // The server doesn't decode video, but the page still has the file.
    const [first] = ids;
    const file = isBeside && first !== undefined ? files.ofMessage(first) : undefined;
    if (file && takesPoster(file) && !file.hasPreview)
      reply.header('Porchlight-Poster', `/files/${file.id}/poster`);
    const rows = isElsewhere ? '' : ids.map((id) => rowOf(request, parts, conversation, id, false)).join('');
    const data = { rows, errors, key: isBeside ? undefined : randomUUID() };
    if (!refused) return reply.show('chats/sent', data);
    if (textIsSent && !isBeside) return reply.show('chats/partly-sent', data);
    return reply.code(refused.status).show(isBeside ? 'files/refused' : 'chats/refused', data);
  }

  /** For pages that continue sending what was started on the chat's own page. */
  app.get<ConversationParams>('/chats/:chat/sending', { preHandler: requireUser }, (request, reply) =>
    reply.show('chats/attachment', { conversation: conversationOf(request, chats) }),
  );

  // The person before the body is read; its token before the files are.
  const upload = { preValidation: [requireUser, readFields], preHandler: requireUser };

  app.post<ConversationParams>('/chats/:chat', upload, async (request, reply) => {
    const conversation = conversationOf(request, chats);
    const form = readForm(request.upload ? SendFileForm : SendForm, request.body);
    const typed = form.values;
    if (!form.ok) {
      const refused = { refused: form.errors.body ?? 'errors.badRequest', status: 422 };
      return answer(request, reply, { conversation, typed, outcomes: [refused] });
    }
    const actor = actorOf(request);
    const { from = `${actor.user}`, ...written } = form.output;
    if (from !== `${actor.user}`)
      return answer(request, reply, { conversation, typed, outcomes: [STRANGER] });
    const may = () => membership.mayWrite(actor, conversation);
    const message = { conversation, author: actor.user, ...written, may };
    const outcomes = request.upload
      ? await sendFiles(message, request.upload)
      : [await unlessTrouble(writing, async () => outcomeOf(await chats.send(message)))];
    // Their session ended while they were sending: nothing of the chat is shown any more.
    if (membership.denies(actor, conversation) === 'signed-out') {
      request.signedIn = null;
      return requireUser(request, reply);
    }
    return answer(request, reply, { conversation, typed, outcomes });
  });
}
