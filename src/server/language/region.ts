/**
 * How dates, times and numbers are written where the reader lives, in the language they read: English words in
 * German order for someone whose browser asks for German first.
 */
import { createBoundedCache } from '../bounded-cache.ts';
import type { Locale } from './locale.ts';

/** What a person can choose; `undefined` follows the region. */
export type Clock12Or24 = '12' | '24';
export const isClock = (text: unknown): text is Clock12Or24 => text === '12' || text === '24';

/** Regions in the list of settings. A browser may name any other. */
export const REGIONS =
  'AU AT BE BR CA CH CN CZ DE DK ES FI FR GB HK IE IN IT JP KR MX MY NL NO NZ PL PT SE SG TH TW UA US VN ZA'.split(
    ' ',
  );

/** Made when the first browser names a region: loading the names of all takes a while. */
let regionNames: Intl.DisplayNames | undefined;

function nameOf(region: string): string | undefined {
  regionNames ??= new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  return regionNames.of(region);
}

/** Whether it is a country or territory, of which there are some 260: nothing else is kept by it. */
export const isRegion = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Z]{2}$/.test(text) && text !== 'ZZ' && nameOf(text) !== undefined;

/** The region of a language tag, or the one where most people speak the language. */
function regionOfTag(tag: string): string | undefined {
  try {
    const { region } = new Intl.Locale(tag).maximize();
    return isRegion(region) ? region : undefined;
  } catch {
    return undefined;
  }
}

function findRegion(header: string): string | undefined {
  const wanted = header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const q = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return { tag, q: q ? Number(q.trim().slice(2)) : 1 };
    })
    .filter(({ tag, q }) => q > 0 && tag !== '*');
  wanted.sort((a, b) => b.q - a.q);
  return wanted[0] && regionOfTag(wanted[0].tag);
}

/** Browsers of a family say the same few things with every request. */
const MOST_HEADERS = 100;
const regions = createBoundedCache<string, string | undefined>(MOST_HEADERS);

/** Of the language that an Accept-Language header wants most, whether we have its words or not. */
export function regionIn(header: string | undefined): string | undefined {
  const start = (header ?? '').slice(0, 500);
  return regions.remember(start, () => findRegion(start));
}

export type Conventions = { tag: string; hourCycle: 'h12' | 'h23' };

function findConventions(locale: Locale, region: string | undefined): Conventions {
  const tag = `en-${region ?? 'US'}`;
  const known = new Intl.DateTimeFormat(tag).resolvedOptions().locale === tag;
  const [cycle = 'h12'] = new Intl.Locale(`und-${region ?? (locale === 'en' ? 'US' : 'CN')}`).getHourCycles();
  return {
    // English that Intl has no own habits for is written as in most of the world, not as in the United States.
    tag: locale === 'en' ? (known ? tag : 'en-001') : locale,
    hourCycle: cycle === 'h23' || cycle === 'h24' ? 'h23' : 'h12',
  };
}

/** Languages times regions. */
const conventions = createBoundedCache<string, Conventions>(600);

/** @param region as `isRegion` allows it */
export function conventionsFor(
  locale: Locale,
  region: string | undefined,
  clock: Clock12Or24 | undefined,
): Conventions {
  const found = conventions.remember(`${locale} ${region}`, () => findConventions(locale, region));
  return clock ? { ...found, hourCycle: clock === '12' ? 'h12' : 'h23' } : found;
}
