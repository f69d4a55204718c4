/** A file's name on one line. */

/** Characters that are shown whole, on the narrowest phone. */
const SHORT = 16;
/** Characters of the end that always stay: it says what kind of file it is, and which of a series. */
const END = 9;

/** A name in the two parts between which it may be cut; the second is empty for one that fits. */
export function partsOf(name: string): [string, string] {
  // Not within a character beyond the basic plane.
  const characters = [...name];
  if (characters.length <= SHORT) return [name, ''];
  return [characters.slice(0, -END).join(''), characters.slice(-END).join('')];
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
