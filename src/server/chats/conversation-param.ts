/** The conversation that an address names. */
import type { FastifyRequest } from 'fastify';
import { userOf } from '../accounts/authentication.ts';
import { notFound } from '../http/errors.ts';
import { idFrom } from '../http/ids.ts';
import type { Chats } from './chats.ts';

export type ConversationParams = { Params: { chat: string } };

/** The id in the address, if it is a conversation of this person's: else it doesn't exist. */
export function conversationOf(
  request: FastifyRequest<ConversationParams>,
  chats: Pick<Chats, 'isMember'>,
): number {
  const conversation = idFrom(request.params.chat);
  if (!chats.isMember(conversation, userOf(request).id)) throw notFound();
  return conversation;
}
