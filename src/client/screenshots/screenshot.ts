/** A screenshot on its way: kept with the call on the server, and sent to the chat. */
import * as v from 'valibot';
import { newKey } from '../common/key.ts';
import { pageHeaders } from '../common/page-headers.ts';

const Kept = v.object({ id: v.string() });
const Refused = v.object({ error: v.string() });

/** The id of the file, or the server's sentence why there is none; neither where the server can't be reached. */
export type Outcome = { id: string } | { error?: string | undefined };

/** Keeps a screenshot with its call. */
export async function keep(call: string, picture: Blob, name: string): Promise<Outcome> {
  const form = new FormData();
  form.append('file', picture, name);
  try {
    const response = await fetch(`/calls/${call}/screenshots`, {
      method: 'POST',
      headers: pageHeaders(),
      body: form,
    });
    const answer: unknown = await response.json();
    if (response.ok) return v.parse(Kept, answer);
    const refused = v.safeParse(Refused, answer);
    return { error: refused.success ? refused.output.error : undefined };
  } catch {
    return {};
  }
}

/** Posts a kept file to the chat, and says whether it is there. Repeating this doesn't post it twice. */
export function createSender(): (file: string) => Promise<boolean> {
  const key = newKey();
  return async (file) => {
    try {
      const headers = { ...pageHeaders(), 'hx-request': 'true' };
      const body = new URLSearchParams({ key });
      return (await fetch(`/files/${file}/send`, { method: 'POST', headers, body })).ok;
    } catch {
      return false;
    }
  };
}
