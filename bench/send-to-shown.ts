/** From one person's POST to the fragment on the other's live socket, against a `ws` echo plus one commit. */
import { compareDelivery } from './support/delivery.ts';
import { type Bench, kilobytes, milliseconds, ratioFigure } from './support/figures.ts';

const SENDS = 500;

export const sendToShown: Bench = {
  name: 'send-to-shown',
  async run() {
    const { server, bare, bytes } = await compareDelivery('others', 1, SENDS);
    const absolute = `${milliseconds(server)} against ${milliseconds(bare)}, frames of ${kilobytes(bytes)}`;
    return [ratioFigure('send to shown on the other side', { most: 2 }, server / bare, absolute)];
  },
};
