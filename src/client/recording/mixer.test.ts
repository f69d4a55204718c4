/** Voices that a browser can't mix and sound that a system interrupts, which no browser does on request. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMixer } from './mixer.ts';

type State = 'running' | 'suspended' | 'interrupted' | 'closed';
const contexts: FakeContext[] = [];
let bad: Set<FakeTrack>;
let page: EventTarget;

class FakeTrack {
  clones: FakeTrack[] = [];
  of: FakeTrack;
  stopped = false;
  constructor(of?: FakeTrack) {
    this.of = of ?? this;
  }
  clone(): FakeTrack {
    const made = new FakeTrack(this.of);
    this.clones.push(made);
    return made;
  }
  stop(): void {
    this.stopped = true;
  }
}

/** AudioContext as Web Audio §1.2 has it, with a clock that the test moves. */
class FakeContext extends EventTarget {
  state: State = 'suspended';
  currentTime = 0;
  resumes = 0;
  mayResume = true;
  mixed: FakeTrack[] = [];
  constructor() {
    super();
    contexts.push(this);
  }
  createMediaStreamDestination() {
    return { stream: { getAudioTracks: () => [new FakeTrack()] } };
  }
  createConstantSource() {
    return { offset: { value: 1 }, connect: () => undefined, start: () => undefined };
  }
  createMediaStreamSource({ track }: { track: FakeTrack }) {
    if (bad.has(track.of)) throw new DOMException('other sample rate', 'NotSupportedError');
    return {
      connect: () => this.mixed.push(track.of),
      disconnect: () => this.mixed.splice(this.mixed.indexOf(track.of), 1),
    };
  }
  become(state: State): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
  async resume(): Promise<void> {
    this.resumes += 1;
    if (!this.mayResume) throw new DOMException('interrupted', 'InvalidStateError');
    this.become('running');
  }
  async close(): Promise<void> {
    this.become('closed');
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  bad = new Set();
  page = new EventTarget();
  vi.stubGlobal('document', page);
  vi.stubGlobal('AudioContext', FakeContext);
  vi.stubGlobal(
    'MediaStream',
    class {
      track: FakeTrack | undefined;
      constructor([track]: FakeTrack[]) {
        this.track = track;
      }
    },
  );
});
afterEach(() => {
  contexts.length = 0;
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function open() {
  const mixer = createMixer();
  const [context] = contexts;
  if (!context) throw new Error('no context');
  const [mine, theirs] = [new FakeTrack(), new FakeTrack()];
  const voices = [
    { own: true, track: mine },
    { own: false, track: theirs },
  ];
  /** Ticks for so long, in seconds of the device; sound flows while the context runs. */
  const tick = (seconds: number) => {
    for (let ms = 0; ms <= seconds * 1000; ms += 250) {
      vi.advanceTimersByTime(250);
      if (context.state === 'running') context.currentTime += 0.25;
      Reflect.apply(mixer.hear, mixer, [voices]);
    }
  };
  return { mixer, context, mine, theirs, tick };
}

describe('a voice that the browser can’t mix', () => {
  test('keeps no other out, is tried again a few times a second at most, and leaves nothing open', () => {
    const { mixer, context, mine, theirs, tick } = open();
    bad.add(theirs);
    tick(0.5);
    expect(context.mixed).toEqual([mine]);
    expect(mixer.trouble()).toBeUndefined();
    tick(5);
    expect(mixer.trouble()).toBe('voice');
    expect(theirs.clones.length).toBeLessThan(10);
    expect(theirs.clones.every(({ stopped }) => stopped)).toBe(true);
    bad.clear();
    tick(2);
    expect(context.mixed).toEqual([mine, theirs]);
    expect(mixer.trouble()).toBeUndefined();
    mixer.close();
    expect(context.mixed).toEqual([]);
    expect(theirs.clones.every(({ stopped }) => stopped)).toBe(true);
    expect(mine.stopped).toBe(false);
  });
});

describe('sound that is interrupted', () => {
  test('goes on as soon as it may', () => {
    const { mixer, context, tick } = open();
    tick(1);
    context.become('suspended');
    expect(context.state).toBe('running');
    tick(1);
    expect(mixer.trouble()).toBeUndefined();
  });

  test('is said to be missing for as long as it is, and tried again', () => {
    const { mixer, context, tick } = open();
    tick(1);
    context.mayResume = false;
    context.become('interrupted');
    tick(1);
    expect(mixer.trouble()).toBeUndefined();
    const before = context.resumes;
    tick(4);
    expect(mixer.trouble()).toBe('silent');
    expect(context.resumes - before).toBeGreaterThan(2);
    expect(context.resumes - before).toBeLessThan(7);
    context.mayResume = true;
    page.dispatchEvent(new Event('pointerup'));
    expect(context.state).toBe('running');
    tick(0.5);
    expect(mixer.trouble()).toBeUndefined();
  });

  test('is missing as well where it is said to run and stands still', () => {
    const { mixer, context, tick } = open();
    tick(1);
    vi.advanceTimersByTime(3000);
    expect(context.state).toBe('running');
    expect(mixer.trouble()).toBe('silent');
  });

  test('is left alone when it is closed', () => {
    const { mixer, context } = open();
    mixer.close();
    const before = context.resumes;
    page.dispatchEvent(new Event('keydown'));
    expect(context.resumes).toBe(before);
  });
});
