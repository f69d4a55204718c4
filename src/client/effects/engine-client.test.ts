/** What the page and the worker say to each other while cameras come and go. Worker and tracks are stand-ins; the clock is turned. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NOTHING } from './choices.ts';
import type { FromEngine, ToEngine } from './engine/engine-messages.ts';
import { createEngineClient, type EngineClient } from './engine-client.ts';
import { lookAtOnce } from './looks.ts';

class StandInWorker extends EventTarget {
  said: ToEngine[] = [];
  isOver = false;
  constructor() {
    super();
    workers.push(this);
  }
  postMessage(message: ToEngine): void {
    this.said.push(message);
  }
  terminate(): void {
    this.isOver = true;
  }
  hear(data: FromEngine): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  types(): string[] {
    return this.said.map(({ type }) => type);
  }
}

class StandInTrack extends EventTarget {
  kind = 'video';
  readyState: 'live' | 'ended' = 'live';
  writable = new WritableStream<VideoFrame>();
  stop(): void {
    this.readyState = 'ended';
  }
}

let workers: StandInWorker[];
let heard: string[];
let client: EngineClient;
const BLUR = lookAtOnce({ ...NOTHING, background: 'strong' });

/** A camera, as far as it is looked at here. */
function camera(): MediaStreamTrack {
  const track: unknown = new StandInTrack();
  if (!isTrack(track)) throw new Error('no track');
  return track;
}
const isTrack = (track: unknown): track is MediaStreamTrack => track instanceof StandInTrack;

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  heard = [];
  vi.stubGlobal('EFFECTS_WORKER_URL', '/static/build/effects-worker.js');
  vi.stubGlobal('Worker', StandInWorker);
  vi.stubGlobal('VideoFrame', class {});
  vi.stubGlobal('MediaStreamTrackGenerator', StandInTrack);
  vi.stubGlobal(
    'MediaStreamTrackProcessor',
    class {
      readable = new ReadableStream();
    },
  );
  client = createEngineClient({
    progress: () => heard.push('progress'),
    ready: () => heard.push('ready'),
    failed: () => heard.push('failed'),
    lost: () => heard.push('lost'),
    rung: (_, rung) => heard.push(rung),
    pace: () => heard.push('pace'),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('no worker is started before there is a camera, and then it hears first how things are to look', () => {
  client.look(BLUR);
  expect(workers).toEqual([]);
  client.through(camera());
  expect(workers.map((worker) => worker.types())).toEqual([['look', 'streams']]);
});

test('a camera has the same track each time, whatever is chosen meanwhile', () => {
  client.look(BLUR);
  const source = camera();
  const track = client.through(source);
  expect(track).not.toBe(source);
  client.look({ ...BLUR, filter: 'warm' });
  expect(client.through(source)).toBe(track);
  expect(workers[0]?.types()).toEqual(['look', 'streams', 'look']);
});

test('one whose track was stopped gets another', () => {
  client.look(BLUR);
  const source = camera();
  client.through(source).stop();
  expect(client.through(source).readyState).toBe('live');
  expect(workers[0]?.types()).toEqual(['look', 'streams', 'end', 'streams']);
});

test('a camera that isn’t changed any more goes on, and what was made of it ends', () => {
  client.look(BLUR);
  const source = camera();
  const track = client.through(source);
  client.end(source);
  expect([track.readyState, source.readyState]).toEqual(['ended', 'live']);
  expect(workers[0]?.types().at(-1)).toBe('end');
});

test('a camera that is soon on again finds the models where they were; else nothing goes on running', () => {
  client.look(BLUR);
  client.through(camera());
  workers[0]?.hear({ type: 'ended', pipe: 1 });
  vi.advanceTimersByTime(10_000);
  client.through(camera());
  vi.advanceTimersByTime(60_000);
  expect(workers.map(({ isOver }) => isOver)).toEqual([false]);
  workers[0]?.hear({ type: 'ended', pipe: 2 });
  vi.advanceTimersByTime(60_000);
  expect(workers.map(({ isOver }) => isOver)).toEqual([true]);
  client.through(camera());
  expect(workers.map((worker) => worker.types().slice(0, 2))[1]).toEqual(['look', 'streams']);
});

test('what is given up is said of the camera it is about, and of none that is gone', () => {
  client.look(BLUR);
  const source = camera();
  client.through(source);
  workers[0]?.hear({ type: 'rung', pipe: 1, rung: 'small' });
  client.end(source);
  workers[0]?.hear({ type: 'rung', pipe: 1, rung: 'off' });
  expect(heard).toEqual(['small']);
});

test('a worker that fails is given up, and the next camera gets another', () => {
  client.look(BLUR);
  client.through(camera());
  workers[0]?.dispatchEvent(new Event('error'));
  expect(heard).toEqual(['lost']);
  expect(workers[0]?.isOver).toBe(true);
  client.through(camera());
  expect(workers).toHaveLength(2);
});

test('a browser that can’t read frames is told from one that can', () => {
  vi.stubGlobal('VideoFrame', undefined);
  Reflect.deleteProperty(globalThis, 'VideoFrame');
  client.look(BLUR);
  expect(() => client.through(camera())).toThrow('cannot read frames');
});
