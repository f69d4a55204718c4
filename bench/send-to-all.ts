/** One send to 2 open pages of two people, and to 500 of a group of fifty, the sender's among them, until the last one has it. */
import { compareDelivery } from './support/delivery.ts';
import { type Bench, type Figure, kilobytes, milliseconds, ratioFigure } from './support/figures.ts';

const SIZES = [
  { pages: 2, sends: 300 },
  { pages: 500, sends: 60 },
];

export const sendToAll: Bench = {
  name: 'send-to-all',
  async run() {
    const figures: Figure[] = [];
    for (const { pages, sends } of SIZES) {
      const { server, bare, bytes } = await compareDelivery('everybody', pages, sends);
      const absolute = `${milliseconds(server)} against ${milliseconds(bare)}, frames of ${kilobytes(bytes)}`;
      const what = `one send to ${pages} open pages, last one served`;
      figures.push(ratioFigure(what, { most: 2 }, server / bare, absolute));
    }
    return figures;
  },
};
