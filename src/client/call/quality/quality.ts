/**
 * Watches the connection to each of the others: sends no larger pictures than it carries, or than this device can encode,
 * marks connections that aren't good, and shows what was measured.
 */
import { find } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Roster, Side } from '../lifecycle/roster.ts';
import type { Statistics } from '../pair/stats.ts';
import { createConnectionDetails } from './connection-details.ts';
import { createSteadyLevel, type Level, levelOf, type SteadyLevel } from './level.ts';
import { createLine, estimateOf, type Line } from './line.ts';
import { showMark } from './mark.ts';
import { createProcessor } from './processor.ts';
import { type Reading, readingOf } from './reading.ts';

const EVERY_MS = 1000;
/** Every other time how good it is: long enough for a number of packets of each kind. */
const READ_EACH = 2;

export interface QualityParts {
  say: Say;
  /** The panel of people. */
  panel: HTMLElement;
  /** What the browser counts of each connection that carries. */
  statistics(): ReadonlyMap<Side, Promise<Statistics> | undefined>;
  /** Sends one of them no more lines of a picture; undefined for as many as there are. */
  limit(side: Side, lines: number | undefined): void;
  /** What is shown of each of the others. */
  others(): [Side, { name(): string; tile: { video: HTMLVideoElement } }][];
  /** Who they are, and what the page calls them, by their places. */
  present(): { roster: Roster; sides: ReadonlyMap<string, Side> };
}

interface Watched {
  line: Line;
  /** The lines that it carries at most. */
  carried: number | undefined;
  /** What was counted when it was last weighed, and when it was last read. */
  weighed: Statistics;
  last: Statistics;
  steady: SteadyLevel;
  level: Level;
  reading: Reading | undefined;
}

/** What is undefined sets no limit. */
const least = (...limits: (number | undefined)[]): number | undefined => {
  const set = limits.flatMap((limit) => limit ?? []);
  return set.length > 0 ? Math.min(...set) : undefined;
};

export function watchQuality({ say, panel, statistics, limit, others, present }: QualityParts): void {
  const watched = new Map<Side, Watched>();
  const processor = createProcessor();
  let looks = 0;
  const details = createConnectionDetails(find(panel, '.connections', HTMLDetailsElement), say);
  const list = find(panel, '[hx-trigger]', HTMLElement);

  const levelFor = (side: Side | undefined): Level => watched.get(side ?? '')?.level ?? 'good';

  function look(): void {
    const asked = statistics();
    const isRead = looks % READ_EACH === 0;
    looks += 1;
    if (isRead) processor.hear([...watched.values()].flatMap(({ reading }) => reading ?? []));
    // Where nothing carries, that is said elsewhere, and what was counted before it says nothing about what comes then.
    for (const side of watched.keys()) if (!asked.get(side)) watched.delete(side);
    // Somebody who is just coming isn't sent more than this device can encode.
    for (const side of asked.keys()) if (!watched.has(side)) limit(side, processor.lines());
    for (const [side, now] of asked)
      now?.then(
        (counted) => {
          if (isRead) take(side, counted);
          weigh(side, counted);
        },
        () => undefined,
      );
    show();
  }

  function weigh(side: Side, now: Statistics): void {
    const one = watched.get(side);
    if (!one) return;
    const estimate = estimateOf(now, one.weighed);
    one.weighed = now;
    if (estimate !== undefined) one.carried = one.line.hear(estimate);
    limit(side, least(one.carried, processor.lines()));
  }

  function take(side: Side, now: Statistics): void {
    const before = watched.get(side);
    const steady = before?.steady ?? createSteadyLevel();
    const reading = before && readingOf(now, before.last);
    const level = reading ? steady.hear(levelOf(reading)) : 'good';
    const { line = createLine(), carried, weighed = now } = before ?? {};
    watched.set(side, { line, carried, weighed, last: now, steady, level, reading });
    show();
  }

  function show(): void {
    for (const [side, { tile }] of others()) {
      const label = tile.video.closest('.tile')?.querySelector('.tile-name');
      if (label) showMark(label, levelFor(side), say, false);
    }
    showRows();
    details.update(
      new Map(
        others().map(([side, other]) => [side, { name: other.name(), reading: watched.get(side)?.reading }]),
      ),
    );
  }

  function showRows(): void {
    const { roster, sides } = present();
    const users = new Map([...sides].map(([member, side]) => [roster.peers.get(member)?.user, side]));
    for (const row of list.querySelectorAll<HTMLElement>('[data-user]')) {
      const state = row.querySelector('.muted');
      if (state) showMark(state, levelFor(users.get(Number(row.dataset.user))), say, true);
    }
  }

  // The rows come anew with everybody who comes or goes.
  new MutationObserver(showRows).observe(list, { childList: true });
  setInterval(look, EVERY_MS);
  look();
}
