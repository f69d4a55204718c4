/** Where each video of a call is in its recording: as the call page shows it on a wide screen. */

import type { Role } from '../media/feeds.ts';

/** In pixels of the recording. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const GAP = 16;
/** A small video's share of the width, beside one that fills everything. */
const SMALL = 0.22;

/**
 * The boxes of these videos, in their order. A shared screen fills everything, else the other person does;
 * oneself and anyone else are small in the bottom corner. Several people without a screen share the space.
 */
export function arrange(roles: Role[], width: number, height: number): Box[] {
  const full = { x: 0, y: 0, width, height };
  const screen = roles.indexOf('screen');
  const others = roles.filter((role) => role === 'other').length;
  const main = screen >= 0 ? screen : others > 0 ? roles.indexOf('other') : 0;
  if (screen < 0 && others > 1) return grid(roles.length, width, height);
  const small = { width: Math.round(width * SMALL), height: Math.round(height * SMALL) };
  let row = 0;
  return roles.map((_, index) => {
    if (index === main) return full;
    row += 1;
    return {
      x: width - small.width - GAP,
      y: height - row * (small.height + GAP),
      ...small,
    };
  });
}

/** Equal boxes in as many columns as rows, or one more. */
function grid(count: number, width: number, height: number): Box[] {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const box = { width: Math.floor(width / columns), height: Math.floor(height / rows) };
  return Array.from({ length: count }, (_, index) => ({
    x: (index % columns) * box.width,
    y: Math.floor(index / columns) * box.height,
    ...box,
  }));
}

/** More of a video than this is not cut away to fill its box: a phone held upright would lose the face. */
const MOST_CUT = 0.45;

/**
 * Which part of a box a video of this size fills, and which part of the video that is: all of a screen,
 * and of a person as much as fills the box, unless too much would be cut away.
 */
export function fitting(
  size: { width: number; height: number },
  box: Box,
  isScreen: boolean,
): { from: Box; to: Box } {
  const across = box.width / size.width;
  const down = box.height / size.height;
  const cut = 1 - Math.min(across, down) / Math.max(across, down);
  if (isScreen || cut > MOST_CUT) {
    const scale = Math.min(across, down);
    return { from: { x: 0, y: 0, ...size }, to: centre(box, size.width * scale, size.height * scale) };
  }
  const scale = Math.max(across, down);
  return { from: centre({ x: 0, y: 0, ...size }, box.width / scale, box.height / scale), to: box };
}

const centre = (box: Box, width: number, height: number): Box => ({
  x: box.x + (box.width - width) / 2,
  y: box.y + (box.height - height) / 2,
  width,
  height,
});
