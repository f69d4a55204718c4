import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const page = Object.assign(new EventTarget(), { readyState: 'interactive' });
const work = vi.fn();
const tracks: { muted: boolean; readyState: string }[] = [];
let loading: typeof import('./loading.ts');
let stream: MediaStream;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  work.mockClear();
  page.readyState = 'interactive';
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal(
    'MediaStream',
    class {
      getVideoTracks = () => tracks;
    },
  );
  tracks.splice(0, Number.POSITIVE_INFINITY, { muted: false, readyState: 'live' });
  stream = new MediaStream();
  loading = await import('./loading.ts');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('pictures wait for the load event', () => {
  loading.whenShowable(stream, work);
  expect(work).not.toHaveBeenCalled();
  page.dispatchEvent(new Event('load'));
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(5000);
  expect(work).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('they wait a second at most', () => {
  loading.whenShowable(stream, work);
  vi.advanceTimersByTime(999);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  loading.whenShowable(stream, work);
  expect(work).toHaveBeenCalledTimes(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('they wait no longer than for the connection', () => {
  loading.whenShowable(stream, work);
  loading.stopWaiting();
  expect(work).toHaveBeenCalledTimes(1);
});

test('a stream without a picture holds back no load event, until it has one', () => {
  const [track] = tracks.splice(0);
  if (!track) throw new Error('no track');
  loading.whenShowable(stream, work);
  loading.stopWaiting();
  vi.advanceTimersByTime(10_000);
  tracks.push({ ...track, muted: true });
  vi.advanceTimersByTime(10_000);
  expect(work).not.toHaveBeenCalled();
  tracks.push(track);
  vi.advanceTimersByTime(500);
  expect(work).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('a stream without a picture is shown when the page is loaded', () => {
  tracks.splice(0);
  loading.whenShowable(stream, work);
  vi.advanceTimersByTime(10_000);
  page.dispatchEvent(new Event('load'));
  expect(work).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('on a page that is loaded nothing waits', () => {
  page.readyState = 'complete';
  tracks.splice(0);
  loading.whenShowable(stream, work);
  expect(work).toHaveBeenCalledTimes(1);
});
