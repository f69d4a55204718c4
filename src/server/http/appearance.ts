/**
 * How pages look on this device: light or dark, and how large their text is. Chosen in Settings and kept in a cookie, because
 * it depends on a screen and the eyes before it: with it a page is sent as it is to be shown, signed in or not, without scripts.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

const COOKIE = 'appearance';
/** Seconds; browsers keep no cookie longer (RFC 6265bis §5.5). */
const KEPT = 400 * 24 * 60 * 60;

export const THEMES = ['light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** In percent; the stylesheet has a rule for each (style/ground.css). */
export const TEXT_SIZES = ['125', '150', '200'] as const;
type TextSize = (typeof TEXT_SIZES)[number];

/** What is missing follows the device and its browser. */
export type Appearance = { theme?: Theme; textSize?: TextSize };

/** Those of the words that are known; the rest is left out. */
export function appearanceFrom(theme: string | undefined, textSize: string | undefined): Appearance {
  const known: Appearance = {};
  const knownTheme = THEMES.find((one) => one === theme);
  const knownSize = TEXT_SIZES.find((one) => one === textSize);
  if (knownTheme) known.theme = knownTheme;
  if (knownSize) known.textSize = knownSize;
  return known;
}

export function appearanceOf({ cookies }: FastifyRequest): Appearance {
  const [theme, textSize] = (cookies[COOKIE] ?? '').split('.');
  return appearanceFrom(theme, textSize);
}

/** @param secure whether people come by https */
export function keepAppearance(reply: FastifyReply, { theme, textSize }: Appearance, secure: boolean): void {
  const options = { path: '/', sameSite: 'lax', httpOnly: true, secure } as const;
  if (theme || textSize)
    reply.setCookie(COOKIE, `${theme ?? ''}.${textSize ?? ''}`, { ...options, maxAge: KEPT });
  else reply.clearCookie(COOKIE, options);
}
