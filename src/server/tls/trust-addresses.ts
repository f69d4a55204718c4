/** What plain http shows in the house: how to trust it, and what that page is made of. */
import type { RequestListener } from 'node:http';

/** The page, and the certificate that devices install. */
export const TRUST = { page: '/trust', certificate: '/trust/porchlight.crt' };

const toPage: RequestListener = (_request, response) => {
  response.writeHead(302, { Location: TRUST.page }).end();
};

/**
 * @param url as it was asked for
 * @param serve what the server does with it by https
 * @returns undefined for what isn't shown
 */
export function shownPlainly(url: string, serve: RequestListener): RequestListener | undefined {
  const [path = ''] = url.split('?');
  if (path === '/') return toPage;
  return path === TRUST.page || path === TRUST.certificate || path.startsWith('/static/') ? serve : undefined;
}
