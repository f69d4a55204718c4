/**
 * What another app shares comes as a form (W3C Web Share Target). It stays on this device: the page it leads to asks which
 * chat it is for, and from there it is sent as if it had been chosen there.
 */
import { dropShared, keepShared } from '../common/shared.ts';
import type { FetchEvent } from './scope.ts';

/** As the manifest names them; systems fill them as they like, and often say the same twice. */
const WORDS = ['title', 'text', 'url'];

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** Each once, and none that another one has within it. */
export function wordsIn(form: Pick<FormData, 'get'>): string {
  const said = WORDS.map((name) => form.get(name)).filter(isText);
  const isRepeated = (text: string, at: number) =>
    said.some((other, place) => (place < at && other === text) || (other !== text && other.includes(text)));
  return said.filter((text, at) => !isRepeated(text, at)).join('\n');
}

async function receive(request: Request): Promise<Response> {
  try {
    const form = await request.formData();
    const files = form.getAll('files').filter((value) => value instanceof File);
    await keepShared({ text: wordsIn(form), files, at: Date.now() });
    return Response.redirect('/share', 303);
  } catch {
    // There is no room for it, or it could not be read. What was shared before isn't meant any more.
    await dropShared();
    return Response.redirect('/share?full', 303);
  }
}

/** A page of its own alone: in a frame, another site could do it unseen. */
export function takeShared(event: FetchEvent): void {
  const { request } = event;
  const { method, destination, url } = request;
  if (method === 'POST' && destination === 'document' && new URL(url).pathname === '/share')
    event.respondWith(receive(request));
}
