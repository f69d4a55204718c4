/** A clock that keeps ticking in a hidden tab, where a page's own timers drop to one tick a second. */
addEventListener('message', ({ data }: MessageEvent<number>) => {
  setInterval(() => postMessage(undefined), data);
});
