/** Asks `/healthz` somewhere whether it is this server. */
import { CHALLENGE, PROOF, questionFor } from '../http/house-proof.ts';
import { type Asked, ask } from './ask.ts';

/**
 * `here`: this very server. `another`: a Porchlight, but not this one. `unproven`: a Porchlight; there is nothing here by which
 * it could be known. `else`: anything else.
 */
export type Who = 'here' | 'another' | 'unproven' | 'else';

export type Health = Asked & { who: Who };

/**
 * @param origin as people write it, without a slash at the end
 * @param address as `ask` takes it
 */
export async function askHealth(
  origin: string,
  address: string | undefined,
  dataDir: string,
): Promise<Health> {
  const question = questionFor(dataDir);
  const headers = question ? { [CHALLENGE]: question.text } : {};
  const asked = await ask(new URL('/healthz', origin), address, headers);
  return { ...asked, who: whoAnswered(asked, question) };
}

function whoAnswered(asked: Asked, question: ReturnType<typeof questionFor>): Who {
  if (!('answer' in asked)) return 'else';
  const { headers } = asked.answer;
  if (question?.isAnsweredBy(headers[PROOF])) return 'here';
  // By this header pages tell our answers from those of a proxy, too.
  if (headers.porchlight === undefined) return 'else';
  return question ? 'another' : 'unproven';
}
