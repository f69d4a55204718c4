/** No frame is sent but through one place. Types see to most of it (pixels/curtain.ts); this looks for ways around them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FILES = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'));
const whoHas = (what: RegExp) =>
  FILES.filter((file) => what.test(readFileSync(join(import.meta.dirname, file), 'utf8'))).sort();

test('frames are made in two places: of pictures that may be sent, and of the camera for the worker', () => {
  expect(whoHas(/new VideoFrame\(/)).toEqual(['engine/pipe.ts', 'video-pump.ts']);
});

test('frames are written in one place', () => {
  expect(whoHas(/\.getWriter\(|\.pipeTo\(|\.pipeThrough\(/)).toEqual(['engine/pipe.ts']);
});

test('what may be sent comes from the curtain alone', () => {
  expect(whoHas(/\[passed\]/)).toEqual(['pixels/curtain.ts']);
  // `as` could make one as well.
  expect(whoHas(/\bas (?:unknown|SendablePicture)\b/)).toEqual([]);
});
