/** The probe tells what is known of files that ffmpeg made. */
import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import {
  beepTimes,
  colourIn,
  flashTimes,
  isHeard,
  longestGapMs,
  longestSilenceMs,
  pictureRate,
  stepOf,
} from './recording-measures.ts';
import { probeRecording, type RecordingProbe } from './recording-probe.ts';

let open: RecordingProbe | undefined;
afterEach(() => open?.close());

interface Wish {
  /** Seconds by which picture or sound come too late. */
  videoLate?: number;
  audioLate?: number;
  /** As MediaRecorder writes it, without a length. */
  live?: boolean;
}

const FLASH = 'lt(mod(t,1),0.2)*gte(t,1)';

/**
 * Six seconds at 25 pictures a second. On the left a blue picture that flashes each second, on the right a red one; no pictures
 * between 3.2 and 3.6. A tone of 440 Hz that is louder during the flashes and gone from 4.4 to 4.7, and one of 660.
 */
const make = ({ videoLate = 0, audioLate = 0, live = false }: Wish): Buffer => {
  const tones = `(0.08+0.32*${FLASH})*sin(880*PI*t)*not(between(t,4.4,4.7))+0.1*sin(1320*PI*t)`;
  const picture = [
    'color=blue:size=160x90:rate=25',
    'drawbox=x=80:w=80:color=red:t=fill',
    `drawbox=w=80:color=white:t=fill:enable='${FLASH}'`,
    "select='not(between(t,3.201,3.599))'",
  ];
  return execFileSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-itsoffset', String(videoLate), '-f', 'lavfi', '-i', picture.join(',')],
      ...['-itsoffset', String(audioLate), '-f', 'lavfi', '-i', `aevalsrc='${tones}':s=48000`],
      ...['-t', '6', '-fps_mode', 'passthrough', '-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '600k'],
      ...['-c:a', 'libopus', '-f', 'webm', ...(live ? ['-live', '1'] : []), 'pipe:1'],
    ],
    { maxBuffer: 2 ** 26 },
  );
};

/** Without any wish, for more than one test. */
let plain: Buffer | undefined;
const makePlain = (): Buffer => {
  plain ??= make({});
  return plain;
};

const LEFT = { x: 0, y: 0, width: 0.4, height: 1 };
const RIGHT = { x: 0.6, y: 0, width: 0.4, height: 1 };

test.each([
  [{}, 0],
  [{ videoLate: 0.16 }, 160],
  [{ audioLate: 0.16 }, -160],
])('flashes and beeps of %j are %d ms apart', async (wish, ms) => {
  open = probeRecording(Object.keys(wish).length === 0 ? makePlain() : make(wish));
  const [flashes, beeps] = [flashTimes(await open.pictures(LEFT)), beepTimes(await open.sound(), 440)];
  const step = stepOf(flashes, beeps);
  expect(step.pairs).toBe(5);
  expect(Math.abs(step.medianMs - ms)).toBeLessThanOrEqual(20);
  expect(Math.abs(step.nearestMs - ms)).toBeLessThanOrEqual(40);
  expect(Math.abs(step.worstMs - ms)).toBeLessThanOrEqual(40);
});

test('lengths are those of the container and of the last packets', async () => {
  open = probeRecording(makePlain());
  const whole = await open.lengths();
  expect(whole.container).toBeCloseTo(6, 1);
  expect(whole.video).toBeCloseTo(5.96, 1);
  expect(whole.audio).toBeCloseTo(5.98, 1);
  open.close();
  open = probeRecording(make({ live: true }));
  expect((await open.lengths()).container).toBeUndefined();
});

test('colours, tones and gaps are found where they are', async () => {
  open = probeRecording(makePlain());
  const [left, right, sound] = [await open.pictures(LEFT), await open.pictures(RIGHT), await open.sound()];
  const near = (colour: number[], wanted: number[]) =>
    colour.every((value, at) => Math.abs(value - (wanted[at] ?? 0)) < 12);
  expect(colourIn(left, [1, 3])).toSatisfy((colour) => near(colour, [0, 0, 255]));
  expect(colourIn(left, [2, 2.2])).toSatisfy((colour) => near(colour, [255, 255, 255]));
  expect(colourIn(right)).toSatisfy((colour) => near(colour, [255, 0, 0]));
  expect(flashTimes(right)).toEqual([]);

  expect(pictureRate(left, [1, 3])).toBeCloseTo(25, 0);
  expect(longestGapMs(left, [0, 3])).toBeCloseTo(40, 0);
  expect(longestGapMs(left)).toBeCloseTo(400, 0);

  expect([440, 660, 550].map((hz) => isHeard(sound, hz))).toEqual([true, true, false]);
  expect(isHeard(sound, 440, [4.42, 4.68])).toBe(false);
  expect(longestSilenceMs(sound, 660, [0.5, 5.5])).toBeLessThan(20);
  expect(Math.abs(longestSilenceMs(sound, 440, [0.5, 5.5]) - 300)).toBeLessThan(40);
  expect(longestSilenceMs(sound, 1000, [1, 5])).toBe(4000);
  expect(longestSilenceMs(sound, 660, [1, 9])).toBeGreaterThan(2900);
  expect(beepTimes(sound, 660)).toEqual([]);
});
