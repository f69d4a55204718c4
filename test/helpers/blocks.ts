/** Random bits as small black and white blocks on a page, and read back from a picture of that page. */
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer-core';
import { participant } from './media.ts';

/** Where the blocks stand on the page, in CSS pixels; a block is as wide as two strokes of small print. */
const PLACE = { left: 131, top: 77, size: 2, columns: 240, rows: 150 };

/** Fills the page with paper and draws fresh bits on it; the answer is what was drawn, row by row, as 0 and 1. */
export const drawBlocks = async (page: Page): Promise<string> => {
  const { columns, rows } = PLACE;
  const bits = Array.from(randomBytes(columns * rows), (byte) => byte & 1).join('');
  await page.evaluate(
    (drawn, { left, top, size, columns: wide, rows: high }) => {
      const before = document.getElementById('blocks');
      const canvas = before instanceof HTMLCanvasElement ? before : document.createElement('canvas');
      canvas.id = 'blocks';
      document.body.append(canvas);
      document.body.style.background = 'white';
      canvas.style.cssText = `position: fixed; z-index: 9; left: ${left}px; top: ${top}px`;
      canvas.width = wide * size;
      canvas.height = high * size;
      const context = canvas.getContext('2d');
      for (let at = 0; at < drawn.length; at++) {
        if (context) context.fillStyle = drawn[at] === '1' ? 'black' : 'white';
        context?.fillRect((at % wide) * size, Math.floor(at / wide) * size, size, size);
      }
    },
    bits,
    PLACE,
  );
  return bits;
};

/** The bits in the picture that the participant's tile shows now, at the place where the page has them. */
export const readBlocks = async (page: Page, name: string): Promise<string> => {
  const tile = await participant(page, name);
  return tile.evaluate((node, { left, top, size, columns, rows }) => {
    const video = node.querySelector('video');
    if (!video?.videoWidth) return '';
    const context = new OffscreenCanvas(video.videoWidth, video.videoHeight).getContext('2d');
    context?.drawImage(video, 0, 0);
    const pixels = context?.getImageData(left, top, columns * size, rows * size).data;
    let bits = '';
    for (let at = 0; at < columns * rows; at++) {
      const x = (at % columns) * size + (size >> 1);
      const y = Math.floor(at / columns) * size + (size >> 1);
      const green = pixels?.[(y * columns * size + x) * 4 + 1] ?? 0;
      bits += green < 128 ? '1' : '0';
    }
    return bits;
  }, PLACE);
};

/** How many of the bits are wrong; all of them where nothing was read. */
export const wrongBits = (read: string, drawn: string): number =>
  Array.from(drawn).filter((bit, at) => bit !== read[at]).length;
