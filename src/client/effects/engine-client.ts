/** The page's side of the worker of effects: tracks in, tracks out. */
import { breakOut } from './breakout.ts';
import type { FromEngine, Look, ToEngine } from './engine/engine-messages.ts';
import type { Rung } from './pixels/ladder.ts';
import { startVideoPump, type VideoPump } from './video-pump.ts';

/** Set by the build: the address of the worker's script. */
declare const EFFECTS_WORKER_URL: string;

/** A worker that nothing goes through keeps its models for a while, in ms: a camera is often switched off and on. */
const REST_MS = 15_000;

export interface EngineEvents {
  progress(loaded: number, total: number): void;
  ready(): void;
  /** Something that was chosen can't be done; pictures go on without it, or hidden as a whole. */
  failed(): void;
  /** The worker is gone, and no picture comes any more. Cameras have to be put through anew. */
  lost(): void;
  /** What is given up for this camera so that the machine keeps up. */
  rung(source: MediaStreamTrack, rung: Rung): void;
  pace(pace: FromEngine & { type: 'pace' }): void;
}

export interface EngineClient {
  /** What is done to all pictures from now on. */
  look(look: Look): void;
  /**
   * What comes out for a camera, the same track each time. It shows nothing before the first changed picture.
   * @throws where the browser can neither read frames nor make a track
   */
  through(source: MediaStreamTrack): MediaStreamTrack;
  /** This camera isn't changed any more; its changed track ends. */
  end(source: MediaStreamTrack): void;
}

interface Way {
  source: MediaStreamTrack;
  track: MediaStreamTrack;
  pump: VideoPump | undefined;
}

export function createEngineClient(events: EngineEvents): EngineClient {
  let worker: Worker | undefined;
  let look: Look | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let made = 0;
  /** How many have been chosen. An answer that was on its way when another was chosen shows what isn't to be seen any more. */
  let looks = 0;
  const ways = new Map<number, Way>();

  const numberOf = (source: MediaStreamTrack) => [...ways].find(([, way]) => way.source === source)?.[0];

  function post(message: ToEngine, transfer: Transferable[] = []): void {
    awake().postMessage(message, transfer);
  }

  function awake(): Worker {
    clearTimeout(rest);
    if (worker) return worker;
    const started = new Worker(EFFECTS_WORKER_URL);
    started.addEventListener('message', ({ data }: MessageEvent<FromEngine>) => {
      if (worker === started) hear(data);
    });
    // It couldn't be fetched, or an error was caught by nobody. Nothing comes out any more, and nothing goes out.
    started.addEventListener('error', () => {
      if (worker !== started) return;
      started.terminate();
      worker = undefined;
      for (const number of [...ways.keys()]) forget(number);
      events.lost();
    });
    worker = started;
    if (look) started.postMessage({ type: 'look', look, number: looks } satisfies ToEngine);
    return started;
  }

  function restIfIdle(): void {
    clearTimeout(rest);
    if (ways.size > 0) return;
    rest = setTimeout(() => {
      worker?.terminate();
      worker = undefined;
    }, REST_MS);
  }

  function forget(number: number): void {
    ways.get(number)?.pump?.stop();
    ways.delete(number);
    restIfIdle();
  }

  function hear(message: FromEngine): void {
    switch (message.type) {
      case 'progress':
        events.progress(message.loaded, message.total);
        return;
      case 'ready':
        events.ready();
        return;
      case 'failed':
        events.failed();
        return;
      case 'rung': {
        const way = ways.get(message.pipe);
        if (way) events.rung(way.source, message.rung);
        return;
      }
      case 'pace':
        events.pace(message);
        return;
      case 'frame': {
        const pump = ways.get(message.pipe)?.pump;
        const isAsChosen = message.look === looks;
        if (pump) pump.answer(isAsChosen ? message.frame : undefined);
        if (!pump || !isAsChosen) message.frame?.close();
        return;
      }
      case 'ended':
        forget(message.pipe);
        return;
      default:
        message satisfies never;
    }
  }

  function open(source: MediaStreamTrack): Way {
    if (!('VideoFrame' in globalThis)) throw new Error('This browser cannot read frames');
    made += 1;
    const pipe = made;
    const streams = breakOut(source);
    if (streams) {
      const { readable, writable, track } = streams;
      post({ type: 'streams', pipe, readable, writable }, [readable, writable]);
      return { source, track, pump: undefined };
    }
    const pump = startVideoPump(
      source,
      (frame) => post({ type: 'frame', pipe, frame }, [frame]),
      () => {
        post({ type: 'end', pipe });
        forget(pipe);
      },
      events.failed,
    );
    return { source, track: pump.track, pump };
  }

  function end(number: number): void {
    post({ type: 'end', pipe: number });
    ways.get(number)?.track.stop();
    forget(number);
  }

  return {
    look(wanted) {
      look = wanted;
      looks += 1;
      if (worker) post({ type: 'look', look, number: looks });
      restIfIdle();
    },
    through(source) {
      const number = numberOf(source);
      const known = number === undefined ? undefined : ways.get(number);
      if (known?.track.readyState === 'live') return known.track;
      if (number !== undefined) end(number);
      const way = open(source);
      ways.set(made, way);
      return way.track;
    },
    end(source) {
      const number = numberOf(source);
      if (number !== undefined) end(number);
    },
  };
}
