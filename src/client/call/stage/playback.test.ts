import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepPlaying, type Playback } from './playback.ts';

/** An element that the system pauses when the test says so, and that won't play while `refusal` stands. */
function createElement() {
  const element = Object.assign(new EventTarget(), {
    paused: true,
    ended: false,
    srcObject: {} as unknown,
    plays: 0,
    refusal: undefined as string | undefined,
    async play() {
      element.plays += 1;
      if (element.refusal) throw new DOMException('', element.refusal);
      element.paused = false;
    },
    async pausedBySystem() {
      element.paused = true;
      element.dispatchEvent(new Event('pause'));
      await settled();
    },
  });
  return element;
}

const settled = () => vi.advanceTimersByTimeAsync(0);

let element: ReturnType<typeof createElement>;
let page: EventTarget;
let playback: Playback;
let stuck: boolean;
let isPatient: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  [element, page, stuck, isPatient] = [createElement(), new EventTarget(), false, false];
  const events = {
    stuck: (is: boolean) => {
      stuck = is;
    },
    patient: () => isPatient,
  };
  playback = keepPlaying(element, events, page);
});
afterEach(() => vi.useRealTimers());

const happens = async (what: string) => {
  page.dispatchEvent(new Event(what));
  await settled();
};

test('what is paused by the system plays again', async () => {
  playback.start();
  await element.pausedBySystem();
  expect([element.paused, stuck]).toEqual([false, false]);
});

test.each([
  'visibilitychange',
  'pageshow',
  'focus',
  'pointerup',
  'keydown',
])('what may not play is told, and tried again at %s', async (sign) => {
  playback.start();
  element.refusal = 'NotAllowedError';
  await element.pausedBySystem();
  expect([element.paused, stuck]).toEqual([true, true]);
  await happens(sign);
  expect(stuck).toBe(true);
  element.refusal = undefined;
  await happens(sign);
  expect([element.paused, stuck]).toEqual([false, false]);
});

test('what is paused each time is not fought over, and a gesture begins anew', async () => {
  playback.start();
  for (let time = 0; time < 50; time++) await element.pausedBySystem();
  expect([element.plays, stuck]).toEqual([4, true]);
  await happens('pointerup');
  expect([element.paused, stuck]).toEqual([false, false]);
  await element.pausedBySystem();
  expect(element.paused).toBe(false);
});

test('interruptions that are far apart are each overcome', async () => {
  playback.start();
  for (let time = 0; time < 20; time++) {
    await vi.advanceTimersByTimeAsync(60_000);
    await element.pausedBySystem();
    expect([element.paused, stuck]).toEqual([false, false]);
  }
});

test('what has ended, or has nothing to play, is left alone', async () => {
  playback.start();
  element.ended = true;
  await element.pausedBySystem();
  element.ended = false;
  element.srcObject = null;
  await element.pausedBySystem();
  playback.start();
  await happens('pointerup');
  expect([element.plays, stuck]).toEqual([1, false]);
});

test('a refusal may be older than the microphone, and something newer to play is none', async () => {
  isPatient = true;
  element.refusal = 'NotAllowedError';
  playback.start();
  await settled();
  expect([element.plays, stuck]).toEqual([2, true]);
  element.refusal = undefined;
  playback.retry();
  await settled();
  expect(stuck).toBe(false);
  element.refusal = 'AbortError';
  await element.pausedBySystem();
  expect(stuck).toBe(false);
});
