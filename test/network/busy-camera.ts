/** A camera that is hard to encode, for browsers that can't be given one: fine detail that wanders. */
import type { Page } from 'puppeteer-core';
import { drawCamera } from '../helpers/drawn-camera.ts';

/** Has the pages of this tab see it instead of a camera. */
export const showBusyCamera = (page: Page) =>
  drawCamera(
    page,
    { width: 1280, height: 720, rate: 20 },
    (picture, block) => {
      const { width, height } = picture.canvas;
      const [columns, rows] = [width / block, height / block];
      // Wider than the picture, so that it can wander.
      const detail = new OffscreenCanvas(2 * columns, rows).getContext('2d');
      if (!detail) throw new Error('no canvas');
      const pixels = detail.createImageData(2 * columns, rows);
      for (let at = 0; at < pixels.data.length; at += 4)
        pixels.data.set(
          [60 + Math.random() * 128, 60 + Math.random() * 128, 60 + Math.random() * 128, 255],
          at,
        );
      detail.putImageData(pixels, 0, 0);
      picture.imageSmoothingEnabled = false;
      let frame = 0;
      return () => {
        frame += 2;
        picture.drawImage(detail.canvas, frame % columns, 0, columns, rows, 0, 0, width, height);
      };
    },
    4,
  );
