/** The corner in which the small pictures lie: dragged there, or sent there with the arrow keys, and remembered. */

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
  try {
    const kept = localStorage.getItem(KEY);
    return CORNERS.find((corner) => corner === kept);
  } catch {
    return undefined;
  }
}

function keep(corner: Corner): void {
  try {
    localStorage.setItem(KEY, corner);
  } catch {
    // Then the next call begins with the usual corner.
  }
}

/** Takes over the buttons that cover the small pictures of a `.stage`, whose `data-corner` says where they lie. */
export function wireCorner(stage: HTMLElement): void {
  const small = () => [
    ...stage.querySelectorAll<HTMLElement>('.tile:is([data-place=small], [data-place=second])'),
  ];
  let isDragged = false;

  /** The stylesheet has a corner of its own for each size of window. */
  function cornerOf(tile: HTMLElement): Corner {
    const { alignSelf, justifySelf } = getComputedStyle(tile);
    return `${alignSelf === 'end' ? 'bottom' : 'top'}-${justifySelf === 'start' ? 'left' : 'right'}`;
  }

  function move(corner: Corner): void {
    const before = small().map((tile) => [tile, tile.getBoundingClientRect()] as const);
    stage.dataset.corner = corner;
    keep(corner);
    for (const [tile, from] of before) {
      tile.style.transform = '';
      settle(tile, from);
    }
  }

  function drag(tile: HTMLElement, button: HTMLElement, down: PointerEvent): void {
    const area = stage.querySelector('.tile[data-place=large]')?.getBoundingClientRect();
    let [last, speed]: [PointerEvent, Point] = [down, { x: 0, y: 0 }];
    isDragged = false;
    button.setPointerCapture(down.pointerId);
    const listening = new AbortController();
    const { signal } = listening;

    button.addEventListener(
      'pointermove',
      (event) => {
        const [x, y] = [event.clientX - down.clientX, event.clientY - down.clientY];
        if (!isDragged && Math.hypot(x, y) < DRAG_PX) return;
        isDragged = true;
        const ms = Math.max(1, event.timeStamp - last.timeStamp);
        speed = { x: (event.clientX - last.clientX) / ms, y: (event.clientY - last.clientY) / ms };
        last = event;
        tile.style.transform = `translate(${x}px, ${y}px)`;
      },
      { signal },
    );
    button.addEventListener(
      'lostpointercapture',
      (event) => {
        listening.abort();
        if (!isDragged || !area) return;
        const isThrown = event.timeStamp - last.timeStamp < THROW_MS;
        const { x, y } = centreOf(tile.getBoundingClientRect());
        const flight = isThrown ? THROW_MS : 0;
        move(nearestCorner({ x: x + speed.x * flight, y: y + speed.y * flight }, area));
      },
      { signal },
    );
  }

  /** The button and the small picture that an event is about. */
  function targetOf({ target }: Event): { button: HTMLElement; tile: HTMLElement } | undefined {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-do="swap"]') : null;
    const tile = button?.closest<HTMLElement>('.tile');
    return button && tile ? { button, tile } : undefined;
  }

  stage.addEventListener('pointerdown', (event) => {
    const on = targetOf(event);
    if (on && event.isPrimary && event.button === 0) drag(on.tile, on.button, event);
  });
  stage.addEventListener(
    'click',
    (event) => {
      // A mouse that has dragged something also clicks on it; a key never drags.
      if (isDragged && event.detail > 0 && targetOf(event)) event.preventDefault();
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
