/** A reader of whom nothing is known yet: errors that come before the session is read are shown to them. */
import { negotiateLocale } from './locale.ts';
import { type Reader, readerFor } from './reader.ts';
import { regionIn } from './region.ts';

export const SERVER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** In the language that the browser asks for, and the server's time zone. */
export const anonymousReader = (headers: { 'accept-language'?: string | undefined }): Reader =>
  readerFor(negotiateLocale(headers['accept-language']), SERVER_ZONE, {
    region: regionIn(headers['accept-language']),
  });
