/** The address at which people reach this server, and whether a request came from there. */
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';

/** PUBLIC_URL if it is set, otherwise what this request used: a copied link must work elsewhere. */
export const baseUrl = (config: Config, request: FastifyRequest): string =>
  config.publicUrl ?? `${request.protocol}://${request.host}`;

/**
 * Whether a request comes from one of this server's own pages (RFC 6454). Proxies change `Host` in many ways, so a
 * page's origin may be PUBLIC_URL; someone bypassing the proxy is compared with the host they used.
 */
export function isSameOrigin(request: FastifyRequest, publicUrl: string | undefined): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  if (from.origin === publicUrl) return true;
  // The scheme may differ behind a proxy that terminates TLS. Its default port may be given or not; the host may not differ.
  const asked = `${from.protocol}//${request.host}`;
  return URL.canParse(asked) && new URL(asked).host === from.host;
}

/**
 * Whether one of our own links led to this page, as far as the browser says (W3C Fetch Metadata, §2.3), rather than
 * another site, a mail or a bookmark. Older browsers, and all of them over plain http, don't say.
 */
export function isFromHere({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin';
}

/**
 * The https address to use instead if a page is certainly read over plain http: its cookies would be dropped, and
 * no form would work. Also undefined if that is unknown, as behind a proxy that doesn't say.
 */
export function addressInstead(config: Config, request: FastifyRequest): string | undefined {
  const { publicUrl } = config;
  if (!publicUrl?.startsWith('https:') || request.protocol === 'https') return undefined;
  const { origin, 'sec-fetch-site': site, 'x-forwarded-proto': forwarded } = request.headers;
  if (origin !== undefined) return origin.startsWith('http:') ? publicUrl : undefined;
  // Browsers send it to trustworthy addresses only, such as https ones (W3C Fetch Metadata, §2).
  if (site !== undefined) return undefined;
  const isDirect = forwarded === undefined && request.host !== new URL(publicUrl).host;
  return forwarded === 'http' || isDirect ? publicUrl : undefined;
}
