/**
 * Which picture of a call is the large one. The others lie small in a corner over it, and whoever wants to see one of
 * them large presses it.
 */
import { find } from '../../common/dom.ts';

const PICTURES = ['self', 'other', 'screen'] as const;
export type Picture = (typeof PICTURES)[number];

/** Small ones are counted from the corner. A picture without a place isn't shown. */
export type Place = 'large' | 'small' | 'second';

export interface Arrangement {
  /** A screen is large when it comes; when it goes, the other person is again. */
  shared(isShared: boolean): void;
  /** A call begins. */
  reset(): void;
}

/** Where each picture lies, oneself nearest to the corner. */
export function placesOf(large: Picture, isShared: boolean): Partial<Record<Picture, Place>> {
  const places: Partial<Record<Picture, Place>> = {};
  const [first, second] = PICTURES.filter(
    (picture) => picture !== large && (isShared || picture !== 'screen'),
  );
  places[large] = 'large';
  if (first) places[first] = 'small';
  if (second) places[second] = 'second';
  return places;
}

/** Takes over the tiles of a `.stage`, whose `data-place` says where they lie, and the button on each. */
export function createArrangement(stage: HTMLElement): Arrangement {
  const tiles: Record<Picture, HTMLElement> = {
    self: find(stage, '.tile.self', HTMLElement),
    other: find(stage, '.tile:not(.self, .screen)', HTMLElement),
    screen: find(stage, '.tile.screen', HTMLElement),
  };
  let large: Picture = 'other';
  let isShared = false;

  function render(): void {
    const places = placesOf(large, isShared);
    for (const picture of PICTURES) {
      const place = places[picture];
      tiles[picture].hidden = place === undefined;
      if (place) tiles[picture].dataset.place = place;
    }
  }

  function enlarge(picture: Picture, button: HTMLElement): void {
    const [before, isFocused] = [large, button.matches(':focus')];
    large = picture;
    render();
    // The button of the large picture is gone. Whoever presses again wants to undo it.
    if (isFocused) find(tiles[before], '[data-do="swap"]', HTMLButtonElement).focus();
  }

  for (const picture of PICTURES) {
    const button = find(tiles[picture], '[data-do="swap"]', HTMLButtonElement);
    button.addEventListener('click', (event) => {
      if (!event.defaultPrevented) enlarge(picture, button);
    });
  }

  return {
    shared(on) {
      if (on === isShared) return;
      isShared = on;
      if (on) large = 'screen';
      else if (large === 'screen') large = 'other';
      render();
    },
    reset() {
      large = isShared ? 'screen' : 'other';
      render();
    },
  };
}
