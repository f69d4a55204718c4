/** The conversation that an address names. */
import type { FastifyRequest } from 'fastify';
import { userOf } from '../accounts/authentication.ts';
import { notFound } from '../http/errors.ts';
import { idFrom } from '../http/ids.ts';
import type { Chats } from './chats.ts';

export type ChatParams = { Params: { chat: string } };

/** The id in the address, if it is a conversation of this person's: else it doesn't exist. */
export function chatOf(request: FastifyRequest<ChatParams>, chats: Pick<Chats, 'isMember'>): number {
  const chat = idFrom(request.params.chat);
  if (!chats.isMember(chat, userOf(request).id)) throw notFound();
  return chat;
}

