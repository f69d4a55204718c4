import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const page = Object.assign(new EventTarget(), { readyState: 'interactive' });
const work = vi.fn();
let loading: typeof import('./loading.ts');

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  work.mockClear();
  page.readyState = 'interactive';
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  loading = await import('./loading.ts');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('pictures wait for the load event', () => {
  loading.whenLoaded(work);
  expect(work).not.toHaveBeenCalled();
  page.dispatchEvent(new Event('load'));
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(5000);
  expect(work).toHaveBeenCalledTimes(1);
});

test('they wait a second at most', () => {
  loading.whenLoaded(work);
  vi.advanceTimersByTime(999);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  loading.whenLoaded(work);
  expect(work).toHaveBeenCalledTimes(2);
});

test('they wait no longer than for the connection', () => {
  loading.whenLoaded(work);
  loading.stopWaiting();
  expect(work).toHaveBeenCalledTimes(1);
});

test('on a page that is loaded nothing waits', () => {
  page.readyState = 'complete';
  loading.whenLoaded(work);
  expect(work).toHaveBeenCalledTimes(1);
});
