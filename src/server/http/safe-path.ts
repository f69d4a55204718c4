/** Paths that return to us in addresses and forms. */

/** Any origin will do: only what follows it is used. */
const HERE = 'http://here.invalid';

/**
 * Where to go after signing in: only a path of ours, never another site's address. As a browser would ask for it,
 * which takes any letter: a header takes none but ASCII (RFC 9110 §5.5).
 */
export function safePath(path: unknown): string {
  if (typeof path !== 'string' || !/^\/(?![/\\])/.test(path) || /[\p{Cc}\\]/u.test(path)) return '/chats';
  const url = URL.parse(path, HERE);
  // Removing dots may leave two slashes, after which a browser sees a host.
  if (url?.origin !== HERE || url.pathname.startsWith('//')) return '/chats';
  return `${url.pathname}${url.search}${url.hash}`;
}
