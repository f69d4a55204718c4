/** Forms with a file, as a browser sends them. */
import type { LightMyRequestResponse } from 'fastify';
import type { House, Person } from './house.ts';

export type TestFile = { name: string; type?: string; bytes: Uint8Array };

/** A multipart form as it goes over the wire, the fields before the files. */
export async function encodeForm(fields: Record<string, string>, given: TestFile | TestFile[] = []) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { name, type = '', bytes } of [given].flat())
    form.append('file', new Blob([Buffer.from(bytes)], { type }), name);
  const encoded = new Response(form);
  return {
    type: encoded.headers.get('content-type') ?? '',
    payload: Buffer.from(await encoded.arrayBuffer()),
  };
}

/** Posts a file, or several, with the token that belongs into the form. */
export async function upload(
  house: House,
  person: Person,
  url: string,
  file: TestFile | TestFile[] | undefined,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  const { type, payload } = await encodeForm({ _csrf: person.token, ...fields }, file);
  const all = { cookie: person.cookie, 'content-type': type, ...headers };
  return house.app.inject({ method: 'POST', url, headers: all, payload });
}
