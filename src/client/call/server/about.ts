/** Which of the server's messages are about one call. A page may hear of others as well: of each that rings there. */
import type { ServerMessage } from '../../../protocol/server.ts';

/**
 * Whether a message is about the call with this id or, until the server has said which id that is, about the call that
 * resulted from the ring with this key. A message that names no call is for anyone listening.
 */
export function isAbout(message: ServerMessage, id: string | undefined, key: string | undefined): boolean {
  if (!('call' in message) || message.call === undefined) return true;
  if (id !== undefined) return message.call === id;
  return key !== undefined && 'key' in message && message.key === key;
}
