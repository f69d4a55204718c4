/**
 * Where each picture of a call lies. Of two people one is large, and the others lie small in a corner over it; more share
 * the room, until one of them is made large, or somebody shares a screen. Whoever wants to see a picture large presses it.
 */
import { find, setText } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';

/** A person, or their screen, by any name that no other has. */
export type Picture = string;
export const SELF: Picture = 'self';

/** Small ones are counted from the corner; a cell is one of equals, a strip what lies beside a large one of many. */
export type Place = 'large' | 'small' | 'second' | 'cell' | 'strip';

export interface Pictures {
  /** The others, in the order in which they came, and the screens that are shared, the last one last. */
  people: readonly Picture[];
  screens: readonly Picture[];
  /** What was chosen to be large; null is none, and undefined leaves it to what there is. */
  chosen: Picture | null | undefined;
  /** Who is large among several if nothing else is; undefined where all are alike. */
  speaker?: Picture | undefined;
}

/** What moves the small ones from corner to corner (corner.ts). */
const ARROWS = 'ArrowUp ArrowDown ArrowLeft ArrowRight';

/** Where each lies. */
export function placesOf({ people, screens, chosen, speaker }: Pictures): Map<Picture, Place> {
  const all = [SELF, ...people, ...screens];
  const large = chosen === null ? undefined : (all.find((each) => each === chosen) ?? screens.at(-1));
  if (people.length > 1) {
    const first = large ?? people.find((each) => each === speaker);
    const rest: Place = first === undefined ? 'cell' : 'strip';
    return new Map([...people, ...screens, SELF].map((each) => [each, each === first ? 'large' : rest]));
  }
  const shown = large ?? people[0] ?? SELF;
  const small: Place[] = ['small', 'second'];
  return new Map(all.map((each) => [each, each === shown ? 'large' : (small.shift() ?? 'second')]));
}

export interface Arrangement {
  /** A picture that may be shown; of screens, `shared` says whether it is. */
  add(picture: Picture, element: HTMLElement, isScreen: boolean): void;
  remove(picture: Picture): void;
  /** A screen is large when it comes; when it goes, a person is again. */
  shared(picture: Picture, isShared: boolean): void;
  /** Who speaks is large from now on; undefined where nobody is to be for that. */
  speaker(picture: Picture | undefined): void;
  /** A call begins. */
  reset(): void;
}

/** Takes over the tiles of a `.stage`, whose `data-place` says where they lie, and the button on each. */
export function createArrangement(stage: HTMLElement, say: Say): Arrangement {
  const tiles = new Map<Picture, { element: HTMLElement; isScreen: boolean }>();
  const shared = new Set<Picture>();
  let chosen: Picture | null | undefined;
  let speaker: Picture | undefined;

  const buttonOf = (element: HTMLElement) => find(element, '[data-do="swap"]', HTMLButtonElement);

  /** Whoever is large by speaking is kept so by a press; any other large one is made small. */
  const isLargeByChoice = (picture: Picture): boolean =>
    chosen === picture || (picture !== speaker && tiles.get(picture)?.element.dataset.place === 'large');

  function render(): void {
    const known = [...tiles].filter(([picture]) => picture !== SELF);
    const people = known.flatMap(([picture, { isScreen }]) => (isScreen ? [] : picture));
    const screens = [...shared].filter((picture) => tiles.has(picture));
    const places = placesOf({ people, screens, chosen, speaker });
    stage.dataset.count = String(people.length + 1);
    stage.dataset.layout = [...places.values()].includes('strip') ? 'speaker' : 'grid';
    for (const [picture, { element }] of tiles) {
      const place = places.get(picture);
      element.hidden = place === undefined;
      if (!place) continue;
      element.dataset.place = place;
      const word = wordFor(picture, place);
      const button = buttonOf(element);
      setText(find(button, 'span', HTMLElement), say(word));
      // Only the small ones of a call of two can be moved.
      const isMovable = word === 'swap';
      button.title = say(isMovable ? 'swapHint' : word);
      if (isMovable) button.setAttribute('aria-keyshortcuts', ARROWS);
      else button.removeAttribute('aria-keyshortcuts');
    }
  }

  function wordFor(picture: Picture, place: Place): string {
    if (place === 'cell' || place === 'strip') return 'enlarge';
    if (place !== 'large') return 'swap';
    return isLargeByChoice(picture) ? 'shrink' : 'keepLarge';
  }

  function press(picture: Picture): void {
    const element = tiles.get(picture)?.element;
    const before = [...tiles.values()].find((tile) => tile.element.dataset.place === 'large')?.element;
    const isFocused = element && buttonOf(element).matches(':focus');
    chosen = isLargeByChoice(picture) ? null : picture;
    render();
    // Of two, the button of the large picture is gone. Whoever presses again wants to undo it.
    if (isFocused && before && buttonOf(element).getClientRects().length === 0) buttonOf(before).focus();
  }

  return {
    add(picture, element, isScreen) {
      tiles.set(picture, { element, isScreen });
      buttonOf(element).addEventListener('click', (event) => {
        if (!event.defaultPrevented) press(picture);
      });
      render();
    },
    remove(picture) {
      tiles.delete(picture);
      shared.delete(picture);
      if (chosen === picture) chosen = undefined;
      render();
    },
    shared(picture, on) {
      if (on === shared.has(picture)) return;
      if (on) shared.add(picture);
      else shared.delete(picture);
      // What was chosen before is not what one wants to see of a screen that has just come.
      if (on || chosen === picture) chosen = undefined;
      render();
    },
    speaker(picture) {
      if (speaker === picture) return;
      speaker = picture;
      render();
    },
    reset() {
      chosen = undefined;
      render();
    },
  };
}
