/** A clock that goes on in a hidden tab, where a page's own timers fall to one tick a second. */
addEventListener('message', ({ data }: MessageEvent<number>) => {
  setInterval(() => postMessage(undefined), data);
});
