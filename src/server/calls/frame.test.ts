import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { MAX_FRAME_BYTES } from '../../protocol/common.ts';
import { readFrame } from './frame.ts';

afterEach(() => v.deleteGlobalMessage());

test('of a frame full of mistakes, the first is enough', () => {
  let found = 0;
  v.setGlobalMessage(() => {
    found += 1;
    return 'wrong';
  });
  const candidates = Array(MAX_FRAME_BYTES / 4).fill({});
  const call = 'A'.repeat(22);
  expect(readFrame(JSON.stringify({ type: 'candidates', call, candidates }))).toEqual({
    message: undefined,
    about: { about: 'candidates', call },
  });
  // Each of the other types is one as well.
  expect(found).toBeLessThan(20);
});
