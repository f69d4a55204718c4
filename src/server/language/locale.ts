/** Which language a reader has, and the words in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInstance } from 'i18next';
import { ROOT } from '../paths.ts';

export const LOCALES = ['en', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

const FOLDER = join(ROOT, 'locales');

const i18n = createInstance();
// Its words are here: with `initAsync` off it is ready at once.
void i18n.init({
  initAsync: false,
  lng: 'en',
  fallbackLng: false,
  supportedLngs: LOCALES,
  resources: Object.fromEntries(
    LOCALES.map((locale) => [
      locale,
      { translation: JSON.parse(readFileSync(join(FOLDER, `${locale}.json`), 'utf8')) },
    ]),
  ),
  // Eta escapes what it prints; escaping here as well would show "&amp;amp;".
  interpolation: { escapeValue: false },
});

/** The words under a key; `values` fill its places, and `count` chooses the plural form. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** A page asks for some thirty words, nearly all without values: those are looked up once. */
function createTranslate(locale: Locale): Translate {
  const translate = i18n.getFixedT(locale);
  const known = new Map<string, string>();
  return (key, values) => {
    if (values) return translate(key, values);
    const words = known.get(key) ?? translate(key);
    // Keys come from the source, never from a request, so this can't grow.
    known.set(key, words);
    return words;
  };
}

const translators: Record<Locale, Translate> = {
  en: createTranslate('en'),
  'zh-CN': createTranslate('zh-CN'),
};

/** The words of a language by key, with plural forms. A key without words comes back as it is. */
export const translator = (locale: Locale): Translate => translators[locale];

/** All words below a key, for the scripts of the call page. */
export function wordsBelow(locale: Locale, key: string): Record<string, string> {
  const words: unknown = i18n.getResource(locale, 'translation', key);
  if (typeof words !== 'object' || words === null) return {};
  return Object.fromEntries(Object.entries(words).filter((entry) => typeof entry[1] === 'string'));
}

export const isLocale = (text: string | undefined): text is Locale =>
  LOCALES.some((locale) => locale === text);

/**
 * The best of our languages for an Accept-Language header (RFC 9110 §12.5.4), by primary language:
 * someone who asks for zh-TW or zh-Hant reads zh-CN more easily than English.
 */
export function negotiateLocale(header: string | undefined): Locale {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const q = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return { primary: tag.toLowerCase().split('-')[0], q: q ? Number(q.trim().slice(2)) : 1 };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q);
  for (const { primary } of wanted) {
    const match = LOCALES.find((locale) => locale.split('-')[0] === primary);
    if (match) return match;
  }
  return 'en';
}
