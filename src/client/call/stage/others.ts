/** Everybody else in the call as this page shows them, by what the page calls them. */
import { find } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import { FIRST, type Side } from '../lifecycle/roster.ts';
import type { Absence } from './absence.ts';
import type { Arrangement } from './arrangement.ts';
import { createOtherSide, type OtherSide } from './other-side.ts';
import type { Played } from './stalled.ts';

export interface OthersEvents {
  /** Something of somebody's is stuck until somebody taps, or no longer is. */
  stalled(side: Side, what: Played, isStill: boolean): void;
  /** Whether one's own microphone is open. */
  capturing(): boolean;
  /** Somebody says whether they are recording. */
  recording(): void;
  /** An element plays sound from now on, or no longer. */
  plays(output: HTMLMediaElement, isOn: boolean): void;
  /** Somebody of several isn't there at this moment, or is again. */
  absent(side: Side, absence: Absence | undefined): void;
}

export interface Others {
  /** Made with the first question for it. */
  of(side: Side): OtherSide;
  all(): [Side, OtherSide][];
  /** They have gone, and so does what is shown of them. */
  remove(side: Side): void;
  /** A call begins: of two, with the other one's name. */
  begin(name: string | undefined): void;
  end(): void;
}

/** Takes over the stage's tile of another person and its screen: of two they are theirs, of more they are copied. */
export function createOthers(
  stage: HTMLElement,
  say: Say,
  arrangement: Arrangement,
  events: OthersEvents,
): Others {
  const first = {
    self: find(stage, '.tile:not(.self, .screen)', HTMLElement),
    screen: find(stage, '.tile.screen', HTMLElement),
  };
  const sides = new Map<Side, { side: OtherSide; elements: typeof first; gone: AbortController }>();

  /** In a group the first ones are nobody's. */
  function copies(): typeof first {
    const [self, shared] = [first.self.cloneNode(true), first.screen.cloneNode(true)];
    if (!(self instanceof HTMLElement && shared instanceof HTMLElement))
      throw new Error('a tile is an element');
    find(stage, '.tile.self', HTMLElement).before(self, shared);
    return { self, screen: shared };
  }

  function make(side: Side): OtherSide {
    const elements = side === FIRST ? first : copies();
    const picture = `${side} screen`;
    const gone = new AbortController();
    const made = createOtherSide(elements, say, gone.signal, {
      stalled: (what, isStill) => events.stalled(side, what, isStill),
      capturing: events.capturing,
      recording: events.recording,
      shared: (isShared) => arrangement.shared(picture, isShared),
      absent: side === FIRST ? undefined : (absence) => events.absent(side, absence),
    });
    sides.set(side, { side: made, elements, gone });
    arrangement.add(side, elements.self, false);
    arrangement.add(picture, elements.screen, true);
    for (const output of made.outputs) events.plays(output, true);
    return made;
  }

  function remove(side: Side): void {
    const known = sides.get(side);
    if (!known) return;
    known.side.end();
    if (side === FIRST) return;
    sides.delete(side);
    known.gone.abort();
    for (const output of known.side.outputs) events.plays(output, false);
    arrangement.remove(side);
    arrangement.remove(`${side} screen`);
    const elements = Object.values(known.elements);
    const isFocused = elements.some((element) => element.matches(':focus-within'));
    for (const element of elements) element.remove();
    // Whoever goes takes the focus with them.
    const buttons = [...stage.querySelectorAll<HTMLElement>('[data-do="swap"]')];
    if (isFocused) buttons.find((button) => button.getClientRects().length > 0)?.focus();
  }

  const of = (side: Side): OtherSide => sides.get(side)?.side ?? make(side);

  return {
    of,
    all: () => [...sides].map(([side, known]) => [side, known.side]),
    remove,
    begin(name) {
      if (name !== undefined) of(FIRST).begin(name);
      // In a group everybody comes by and by.
      else for (const element of Object.values(first)) element.remove();
    },
    end() {
      for (const side of [...sides.keys()]) remove(side);
    },
  };
}
