/** A file's name on one line. */

/** Widths of a Latin letter that are shown whole, on the narrowest phone. */
const SHORT = 16;
/** So much of the end always stays: it says what kind of file it is, and which of a series. */
const END = 9;
/** From here on characters are about twice as wide: those of China, Japan and Korea, and emoji. */
const WIDE = 0x2e80;

const widthOf = (character: string): number => ((character.codePointAt(0) ?? 0) < WIDE ? 1 : 2);

/** A name in the two parts between which it may be cut; the second is empty for one that fits. */
export function partsOf(name: string): [string, string] {
  // Not within a character beyond the basic plane.
  const characters = [...name];
  if (characters.reduce((sum, character) => sum + widthOf(character), 0) <= SHORT) return [name, ''];
  let end = characters.length;
  let width = 0;
  for (const character of [...characters].reverse()) {
    width += widthOf(character);
    if (width > END) break;
    end -= 1;
  }
  return [characters.slice(0, end).join(''), characters.slice(end).join('')];
}

const span = (className: string, textContent: string): HTMLElement =>
  Object.assign(document.createElement('span'), { className, textContent });

export function showName(place: HTMLElement, name: string): void {
  const [start, end] = partsOf(name);
  place.title = name;
  if (!end) {
    place.textContent = name;
    return;
  }
  const parts = [span('start', start), span('end', end)];
  for (const part of parts) part.setAttribute('aria-hidden', 'true');
  place.replaceChildren(span('visually-hidden', name), ...parts);
}
