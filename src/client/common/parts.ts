/** What effects and noise suppression are made with, and is fetched only once they are chosen: runtimes and models. */

/** `plain`: for browsers whose WebAssembly has no relaxed SIMD. */
export type PartName =
  | 'runtime'
  | 'runtimeWasm'
  | 'plainRuntime'
  | 'plainRuntimeWasm'
  | 'segmentation'
  | 'detection'
  | 'landmarks'
  /** What takes noise out of a voice. */
  | 'noise'
  /** Who made the others, and under which licence: for people. */
  | 'notices';

export interface Part {
  /** With a hash in it, so it is cached for good. */
  url: string;
  /** Bytes, uncompressed. */
  size: number;
  /** SHA-256, as lower-case hex. */
  hash: string;
}

/** Set by the build. */
declare const PARTS: Record<PartName, Part>;

export const addressOf = (name: PartName): string => PARTS[name].url;

/** Told as bytes come in; what is in the browser's cache comes at once. Both count all that is being fetched. */
export type Progress = (loaded: number, total: number) => void;

/**
 * Fetches parts, and checks that they are what they should be.
 * @throws where one isn't to be had, or is another
 */
export type FetchParts = (names: readonly PartName[]) => Promise<Map<PartName, Uint8Array<ArrayBuffer>>>;

export function createFetching(progress: Progress): FetchParts {
  let [loaded, total] = [0, 0];
  return async (names) => {
    total += names.reduce((sum, name) => sum + PARTS[name].size, 0);
    const all = names.map(async (name) => {
      const bytes = await fetchPart(PARTS[name], (count) => {
        loaded += count;
        progress(loaded, total);
      });
      return [name, bytes] as const;
    });
    return new Map(await Promise.all(all));
  };
}

async function fetchPart(part: Part, came: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(part.url);
  if (!response.ok || !response.body) throw new Error(`${part.url}: ${response.status}`);
  const bytes = new Uint8Array(part.size);
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (length + value.length > part.size) throw new Error(`${part.url} is too long`);
    bytes.set(value, length);
    length += value.length;
    came(value.length);
  }
  if (length !== part.size) throw new Error(`${part.url} is too short`);
  if ((await sha256(bytes)) !== part.hash) throw new Error(`${part.url} has been changed on its way`);
  return bytes;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
