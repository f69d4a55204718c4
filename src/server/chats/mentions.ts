/** Who is meant by an @ in a message. */

/** What goes on with a word. Some scripts put no space behind a name. */
const GOES_ON =
  /^(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}])[\p{L}\p{M}\p{N}]/u;

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Whether a text has an @ and somebody's name, as it is shown or as they sign in, in whatever case. */
export function mentions(text: string, person: { username: string; displayName: string }): boolean {
  const folded = fold(text);
  return [person.displayName, person.username].some((name) => {
    const wanted = `@${fold(name)}`;
    for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, at + 1))
      if (!GOES_ON.test(folded.slice(at + wanted.length))) return true;
    return false;
  });
}
