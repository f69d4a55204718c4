/** The models, each fetched when it is first needed. */

import { createFetching, type PartName, type Progress } from '../../common/parts.ts';
import { DETECTION_INPUT } from './detection.ts';
import { LANDMARKS_INPUT } from './landmarks.ts';
import { type Model, startRuntime } from './litert.ts';
import { SEGMENTATION_INPUT } from './segmentation.ts';

export interface Models {
  /** @throws where it can't be had; another try fetches it anew */
  segmentation(): Promise<Model>;
  faces(): Promise<{ detection: Model; landmarks: Model }>;
}

export function createModels(progress: Progress): Models {
  const fetchParts = createFetching(progress);
  const runtime = once(() => startRuntime(fetchParts));

  async function compile(name: PartName, shape: number[]): Promise<Model> {
    const [started, parts] = await Promise.all([runtime(), fetchParts([name])]);
    const bytes = parts.get(name);
    if (!bytes) throw new Error(`${name} wasn't fetched`);
    return started.compile(bytes, shape);
  }

  return {
    segmentation: once(() => compile('segmentation', SEGMENTATION_INPUT)),
    faces: once(async () => {
      const [detection, landmarks] = await Promise.all([
        compile('detection', DETECTION_INPUT),
        compile('landmarks', LANDMARKS_INPUT),
      ]);
      return { detection, landmarks };
    }),
  };
}

/** Does it once for all who ask; what failed is done anew for whoever asks next. */
function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let done: Promise<Result> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
