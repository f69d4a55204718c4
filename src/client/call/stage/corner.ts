/** The corner in which the small pictures lie: dragged there, or sent there with the arrow keys, and remembered. */

import { attempt } from '../../common/storage.ts';

const KEY = 'porchlight.corner';
const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;
export type Corner = (typeof CORNERS)[number];

/** Less is a press that wasn't quite still. */
const DRAG_PX = 8;
/** A picture that is thrown flies on for as long. */
const THROW_MS = 120;
const SETTLE_MS = 200;

interface Point {
  x: number;
  y: number;
}

type Area = Pick<DOMRectReadOnly, 'left' | 'top' | 'width' | 'height'>;

const centreOf = ({ left, top, width, height }: Area): Point => ({
  x: left + width / 2,
  y: top + height / 2,
});

/** The corner of an area to which a point is nearest. */
export function nearestCorner(point: Point, area: Area): Corner {
  const centre = centreOf(area);
  return `${point.y < centre.y ? 'top' : 'bottom'}-${point.x < centre.x ? 'left' : 'right'}`;
}

/** Where an arrow key leads from a corner; undefined for any other key. */
export function cornerBeyond(corner: Corner, key: string): Corner | undefined {
  const [isTop, isLeft] = [corner.startsWith('top'), corner.endsWith('left')];
  const rows = { ArrowUp: 'top', ArrowDown: 'bottom' } as const;
  const sides = { ArrowLeft: 'left', ArrowRight: 'right' } as const;
  if (key === 'ArrowUp' || key === 'ArrowDown') return `${rows[key]}-${isLeft ? 'left' : 'right'}`;
  if (key === 'ArrowLeft' || key === 'ArrowRight') return `${isTop ? 'top' : 'bottom'}-${sides[key]}`;
  return undefined;
}

function recall(): Corner | undefined {
  const kept = attempt(() => localStorage.getItem(KEY));
  return CORNERS.find((corner) => corner === kept);
}

/** Where nothing is kept, the next call begins with the usual corner. */
const keep = (corner: Corner): void => void attempt(() => localStorage.setItem(KEY, corner));

/** A small picture under a finger. */
interface Grip {
  tile: HTMLElement;
  down: PointerEvent;
  last: PointerEvent;
  /** px/ms */
  speed: Point;
  isDragged: boolean;
}

/** Takes over the buttons that cover the small pictures of a `.stage`, whose `data-corner` says where they lie. */
export function wireCorner(stage: HTMLElement): void {
  const small = '.tile:is([data-place=small], [data-place=second])';
  let grip: Grip | undefined;

  /** The stylesheet has a corner of its own for each size of window. */
  function cornerOf(tile: HTMLElement): Corner {
    const { alignSelf, justifySelf } = getComputedStyle(tile);
    return `${alignSelf === 'end' ? 'bottom' : 'top'}-${justifySelf === 'start' ? 'left' : 'right'}`;
  }

  function move(corner: Corner): void {
    const tiles = [...stage.querySelectorAll<HTMLElement>(small)];
    const before = tiles.map((tile) => [tile, tile.getBoundingClientRect()] as const);
    stage.dataset.corner = corner;
    keep(corner);
    for (const [tile, from] of before) {
      tile.style.transform = '';
      settle(tile, from);
    }
  }

  /** The button and the small picture that an event is about; others lie where the stage has them. */
  function targetOf({ target }: Event): { button: HTMLElement; tile: HTMLElement } | undefined {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-do="swap"]') : null;
    const tile = button?.closest<HTMLElement>('.tile');
    return button && tile?.matches(small) ? { button, tile } : undefined;
  }

  stage.addEventListener('pointerdown', (event) => {
    const on = targetOf(event);
    if (!on || !event.isPrimary || event.button !== 0) return;
    on.button.setPointerCapture(event.pointerId);
    grip = { tile: on.tile, down: event, last: event, speed: { x: 0, y: 0 }, isDragged: false };
  });

  stage.addEventListener('pointermove', (event) => {
    if (!grip || !targetOf(event)?.button.hasPointerCapture(event.pointerId)) return;
    const { tile, down, last } = grip;
    const [x, y] = [event.clientX - down.clientX, event.clientY - down.clientY];
    if (!grip.isDragged && Math.hypot(x, y) < DRAG_PX) return;
    const ms = Math.max(1, event.timeStamp - last.timeStamp);
    grip.speed = { x: (event.clientX - last.clientX) / ms, y: (event.clientY - last.clientY) / ms };
    grip.last = event;
    grip.isDragged = true;
    tile.style.transform = `translate(${x}px, ${y}px)`;
  });

  stage.addEventListener('lostpointercapture', (event) => {
    const room = stage.querySelector('.tile[data-place=large]');
    if (!room || !grip?.isDragged) return;
    const { tile, last, speed } = grip;
    const flight = event.timeStamp - last.timeStamp < THROW_MS ? THROW_MS : 0;
    const { x, y } = centreOf(tile.getBoundingClientRect());
    const lands = { x: x + speed.x * flight, y: y + speed.y * flight };
    move(nearestCorner(lands, room.getBoundingClientRect()));
  });

  stage.addEventListener(
    'click',
    (event) => {
      // A mouse that has dragged something also clicks on it; a key never drags.
      if (grip?.isDragged && event.detail > 0 && targetOf(event)) event.preventDefault();
    },
    { capture: true },
  );

  stage.addEventListener('keydown', (event) => {
    const on = targetOf(event);
    const corner = on && cornerBeyond(cornerOf(on.tile), event.key);
    if (!corner || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    move(corner);
  });

  const known = recall();
  if (known) stage.dataset.corner = known;
}

/** Lets it glide from where it was to where it is now. */
function settle(tile: HTMLElement, from: DOMRect): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const to = tile.getBoundingClientRect();
  const start = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
  tile.animate([{ transform: start }, { transform: 'none' }], { duration: SETTLE_MS, easing: 'ease-out' });
}
