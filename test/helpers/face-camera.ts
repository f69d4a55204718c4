/** A camera with a real face in it that moves by known amounts, in either browser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { drawCamera } from './drawn-camera.ts';

/** NASA's portrait of the astronaut Eileen Collins, in the public domain; 384 pixels wide and high. */
const PORTRAIT = readFileSync(join(import.meta.dirname, '../material/face.webp')).toString('base64');

/** The camera's picture, and how large the portrait is drawn in it. */
const [WIDTH, HEIGHT, SCALE] = [640, 360, 1.7];
/** Where the portrait's upper left corner is at rest; it moves by so much from there. */
const [LEFT, TOP, REACH] = [-6, -4, 40];
/** In the portrait as it lies here, measured by hand: the tip of the nose, and the outer corners of the eyes. */
const [NOSE, EYES] = [{ x: 169, y: 93 }, 49];

/** A mark that moves with the portrait, far from the face: from its middle one knows where the face is. */
const MARK = { x: 300, y: 190, size: 20, colour: '#0000ff' };

/** What is measured at the far side, in pixels of the camera's picture. */
export const GEOMETRY = {
  width: WIDTH,
  height: HEIGHT,
  /** From the middle of the mark to the tip of the nose. */
  nose: {
    x: (NOSE.x - MARK.x - MARK.size / 2) * SCALE,
    y: (NOSE.y - MARK.y - MARK.size / 2) * SCALE,
  },
  eyes: EYES * SCALE,
};

/** Has the pages of this tab see it instead of a camera. */
export const showFace = (page: Page) =>
  drawCamera(
    page,
    { width: WIDTH, height: HEIGHT, rate: 20 },
    async (context, { portrait, scale, left, top, reach, mark }) => {
      const { width, height } = context.canvas;
      const bytes = Uint8Array.from(atob(portrait), (character) => character.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/webp' }));
      const began = performance.now();
      return () => {
        const phase = (performance.now() - began) / 700;
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.fillStyle = '#cfc9c4';
        context.fillRect(0, 0, width, height);
        context.setTransform(
          ...([
            ...[scale, 0, 0, scale],
            ...[left + reach * (1 + Math.sin(phase)), top + 6 * Math.cos(phase)],
          ] as [number, number, number, number, number, number]),
        );
        context.drawImage(image, 0, 0);
        context.fillStyle = mark.colour;
        context.fillRect(mark.x, mark.y, mark.size, mark.size);
      };
    },
    { portrait: PORTRAIT, scale: SCALE, left: LEFT, top: TOP, reach: REACH, mark: MARK },
  );
