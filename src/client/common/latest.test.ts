import { expect, test } from 'vitest';
import { createLatest } from './latest.ts';

/** Work that takes until the test lets it go. */
function createWork() {
  const begun: string[] = [];
  const ends: { done(): void; fail(): void }[] = [];
  const work = (wish: string) => {
    begun.push(wish);
    return new Promise<void>((resolve, reject) => {
      ends.push({ done: resolve, fail: () => reject(new Error('gone')) });
    });
  };
  return { begun, ends, work };
}

test('the last wish comes last, and what it overtook is left out', async () => {
  const { begun, ends, work } = createWork();
  const want = createLatest(work);
  const first = want('a');
  await expect.poll(() => begun).toEqual(['a']);
  const all = [first, ...['b', 'c', 'd'].map(want)];
  ends[0]?.done();
  await Promise.all(all.slice(0, 3));
  await expect.poll(() => begun).toEqual(['a', 'd']);
  ends[1]?.done();
  await Promise.all(all);
});

test('one that fails says so itself, and holds back nothing', async () => {
  const { begun, ends, work } = createWork();
  const want = createLatest(work);
  const first = want('a');
  await expect.poll(() => begun).toEqual(['a']);
  const second = want('b');
  ends[0]?.fail();
  await expect(first).rejects.toThrow('gone');
  await expect.poll(() => begun).toEqual(['a', 'b']);
  ends[1]?.done();
  await second;
});
