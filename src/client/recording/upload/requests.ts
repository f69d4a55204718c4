/** A recorder's requests to the server (docs/recordings.md), with every response in one of three shapes. */
import * as v from 'valibot';
import type { Label } from './spool.ts';

/** A request that takes longer is lost: 256 KB take this long at 70 kilobits a second. */
const PATIENCE_MS = 30_000;

/**
 * `away`: nobody answered, or not as our server would; `tooLarge` where a proxy lets only smaller requests through.
 * `refused`: the server said no, and why.
 */
export type Answer<Good> = { good: Good } | { away: true; tooLarge?: boolean } | { refused: Refused };

export interface Refused {
  status: number;
  /** For the person, in their language; empty where there was none. */
  message: string;
}

export interface Requests {
  /** Asks for a recording; the same one again for the same key. */
  create(label: Label): Promise<Answer<{ uploadUrl: string }>>;
  /** How many bytes are there. */
  offset(uploadUrl: string): Promise<Answer<number>>;
  /** Sends bytes for an offset, and the total once it is known; answers how many the server has. */
  patch(chunk: Chunk): Promise<Answer<number>>;
  /** Shows this picture before it is played. */
  poster(uploadUrl: string, picture: Blob): Promise<Answer<true>>;
  /** Whose session this is, and what of theirs is not whole. */
  pending(): Promise<Answer<Pending>>;
}

export interface Chunk {
  uploadUrl: string;
  offset: number;
  bytes: Uint8Array<ArrayBuffer>;
  length?: number | undefined;
}

const Created = v.object({ id: v.string(), uploadUrl: v.string() });
const Refusal = v.object({ error: v.string(), message: v.string() });
const Pending = v.object({
  me: v.number(),
  message: v.string(),
  recordings: v.array(v.object({ uploadUrl: v.string() })),
});
export type Pending = v.InferOutput<typeof Pending>;

const TUS = { 'tus-resumable': '1.0.0' };
/** Signed out, a stale page, too many: reported by the hooks before our routes, as a page for people. */
const BEFORE_US = [401, 403, 429];
/** A server whose database can't be written reports that as a page for people as well. */
const FULL = 507;
const TOO_LARGE = 413;

/** A proxy whose server is down and a café's login page also answer, and bytes must not be dropped on their word. */
async function whyNot(response: Response): Promise<Answer<never>> {
  const { status, headers } = response;
  const said = v.safeParse(Refusal, await response.json().catch(() => null));
  if (said.success) return { refused: { status, message: said.output.message } };
  // An answer to HEAD says nothing but this.
  const isOurs = BEFORE_US.includes(status) || headers.has('tus-resumable');
  const isRefusal = status < 500 || status === FULL;
  if (isOurs && isRefusal) return { refused: { status, message: '' } };
  return status === TOO_LARGE ? { away: true, tooLarge: true } : { away: true };
}

/**
 * @param origin scheme and host, or nothing for the page's own
 * @param headers of every request: the page's token against forged ones
 */
export function createRequests(origin: string, headers: Record<string, string>): Requests {
  async function ask<Good>(
    path: string,
    init: RequestInit,
    read: (response: Response) => Promise<Good> | Good,
  ): Promise<Answer<Good>> {
    try {
      const response = await fetch(`${origin}${path}`, {
        ...init,
        headers: { ...headers, ...init.headers },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (response.ok) return { good: await read(response) };
      return await whyNot(response);
    } catch {
      return { away: true };
    }
  }

  const offsetIn = (response: Response): number => {
    const offset = response.headers.get('upload-offset');
    // A network's own login page answers everything with 200.
    if (offset === null || !/^\d+$/.test(offset)) throw new TypeError('This is not our server');
    return Number(offset);
  };

  return {
    create: ({ call, key, mode, mimeType }) =>
      ask(
        `/calls/${call}/recordings`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ key, mode, mimeType }),
        },
        async (response) => v.parse(Created, await response.json()),
      ),
    offset: (uploadUrl) => ask(uploadUrl, { method: 'HEAD', headers: TUS }, offsetIn),
    patch: ({ uploadUrl, offset, bytes, length }) =>
      ask(
        uploadUrl,
        {
          method: 'PATCH',
          headers: {
            ...TUS,
            'content-type': 'application/offset+octet-stream',
            'upload-offset': String(offset),
            ...(length !== undefined && { 'upload-length': String(length) }),
          },
          body: bytes,
        },
        offsetIn,
      ),
    poster: (uploadUrl, picture) =>
      ask(
        uploadUrl.replace('/upload/', '/').concat('/poster'),
        { method: 'PUT', headers: { 'content-type': picture.type }, body: picture },
        () => true as const,
      ),
    pending: () =>
      ask('/recordings/pending', {}, async (response) => v.parse(Pending, await response.json())),
  };
}
