/** The words that the server put into the page, looked up by key. */

export type Say = (key: string, values?: Record<string, string>) => string;

/** Looks up a word and fills in `{{name}}`; a missing word shows its key, so that it is noticed. */
export function createSay(words: Record<string, string>): Say {
  return (key, values = {}) =>
    (words[key] ?? key).replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => values[name] ?? '');
}
