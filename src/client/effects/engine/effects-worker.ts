/**
 * The worker of effects: everything that takes time happens here, so a hidden tab or a busy page delays nothing. A classic
 * worker, as the runtime of the models needs it.
 */
import { createModels } from '../models/models.ts';
import { type Chain, createChain, NO_LOOK, needsFace, needsMask } from './chain.ts';
import type { FromEngine, Look, ToEngine } from './engine-messages.ts';
import { createPipe, type Pipe } from './pipe.ts';

const tell = (message: FromEngine, transfer: Transferable[] = []) => postMessage(message, { transfer });

const models = createModels((loaded, total) => tell({ type: 'progress', loaded, total }));
const pipes = new Map<number, { chain: Chain; pipe: Pipe }>();
/** Until the page has said something, nobody's room is shown. */
let look: Look = { ...NO_LOOK, background: { kind: 'blur', strength: 'strong' } };
let lookNumber = 0;

function pipeOf(number: number): Pipe {
  const known = pipes.get(number);
  if (known) return known.pipe;
  const chain = createChain(models, {
    failed: () => tell({ type: 'failed' }),
    rung: (rung) => tell({ type: 'rung', pipe: number, rung }),
  });
  chain.look(look);
  const pipe = createPipe(chain, {
    paced: (pace) => tell({ type: 'pace', pipe: number, ...pace }),
    failed: () => tell({ type: 'failed' }),
  });
  pipes.set(number, { chain, pipe });
  return pipe;
}

function choose(wanted: Look): void {
  look = wanted;
  for (const { chain } of pipes.values()) chain.look(look);
  Promise.all([needsMask(look) && models.segmentation(), needsFace(look) && models.faces()]).then(
    () => {
      if (look === wanted) tell({ type: 'ready' });
    },
    () => {
      if (look === wanted) tell({ type: 'failed' });
    },
  );
}

async function answer(number: number, frame: VideoFrame): Promise<void> {
  // One that couldn't be changed isn't answered with itself.
  const made = await pipeOf(number)
    .change(frame)
    .catch(() => {
      tell({ type: 'failed' });
      return undefined;
    });
  tell({ type: 'frame', pipe: number, frame: made, look: lookNumber }, made ? [made] : []);
}

addEventListener('message', ({ data }: MessageEvent<ToEngine>) => {
  switch (data.type) {
    case 'look':
      lookNumber = data.number;
      choose(data.look);
      return;
    case 'streams':
      pipeOf(data.pipe)
        .run(data.readable, data.writable)
        .catch(() => undefined)
        .finally(() => {
          pipes.delete(data.pipe);
          tell({ type: 'ended', pipe: data.pipe });
        });
      return;
    case 'frame':
      void answer(data.pipe, data.frame);
      return;
    case 'end':
      pipes.get(data.pipe)?.pipe.stop();
      pipes.delete(data.pipe);
      return;
    default:
      data satisfies never;
  }
});
