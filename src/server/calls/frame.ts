/** One frame of the signalling socket, from bytes to a message. */
import * as v from 'valibot';
import { ClientMessage } from '../../protocol/client.ts';
import { CallId } from '../../protocol/common.ts';
import { FirstClientMessage } from '../../protocol/first-version.ts';
import type { ServerMessage } from '../../protocol/server.ts';

/** What a refused message was about, as far as it can be read. */
const About = v.object({
  type: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[a-z-]{1,32}$/))), undefined),
  call: v.fallback(v.optional(CallId), undefined),
});
/** Only the first error is reported; a frame can have 20,000, which take long to list. */
const FIRST = { abortEarly: true };

export type About = { about?: string; call?: string };

/** `message` is missing where the text is not JSON, or not a message of the protocol. */
export type Frame<Message> = { message: Message | undefined; about: About };

function aboutOf(content: unknown): About {
  const read = v.safeParse(About, content, FIRST);
  if (!read.success) return {};
  const { type, call } = read.output;
  return { ...(type !== undefined && { about: type }), ...(call !== undefined && { call }) };
}

function readAs<Message>(schema: v.GenericSchema<unknown, Message>, text: string): Frame<Message> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { message: undefined, about: {} };
  }
  const read = v.safeParse(schema, content, FIRST);
  return { message: read.success ? read.output : undefined, about: aboutOf(content) };
}

export const readFrame = (text: string): Frame<ClientMessage> => readAs(ClientMessage, text);

/** The same from a page that speaks version 1. */
export const readFirstFrame = (text: string): Frame<FirstClientMessage> => readAs(FirstClientMessage, text);

export const errorFor = (code: (ServerMessage & { type: 'error' })['code'], about: About): ServerMessage => ({
  type: 'error',
  code,
  ...about,
});
