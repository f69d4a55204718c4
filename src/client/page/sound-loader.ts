/** Takes it from the browser to sound what the server brings, so that it is heard in one tab; what rings has the focus. */

import { load } from '../common/scripts.ts';

/** Set by the build: the script's address. */
declare const SOUNDS_URL: string;
declare const FIRST_TOUCH_URL: string;

/** The chat that this page shows. */
const shown = document.querySelector<HTMLInputElement>('#since [name=chat]')?.value;

/** Holds a lock of the chat's name for as long as somebody looks at it, so that no tab announces what they see. */
function wireLook(): void {
  // Some old browsers have none, and plain http hasn't either.
  if (!shown || !('locks' in navigator)) return;
  let leave: (() => void) | undefined;
  const look = () => {
    if (leave || !document.hasFocus()) return;
    const looked = new Promise<void>((resolve) => {
      leave = resolve;
    });
    navigator.locks
      .request(`porchlight.looked-at.${shown}`, { mode: 'shared' }, () => looked)
      .catch(() => undefined);
  };
  addEventListener('focus', look);
  addEventListener('blur', () => {
    leave?.();
    leave = undefined;
  });
  look();
}

export function wireSounds(): void {
  wireLook();
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) {
        if (!(node instanceof HTMLElement)) continue;
        const ring = node.querySelector('.ring');
        // Without it, one can still tab to the ring.
        if (ring)
          load(FIRST_TOUCH_URL).then(
            ({ holdFocus }) => holdFocus(ring),
            () => {},
          );
        const audio = node.querySelector<HTMLAudioElement>('.ring audio');
        // Before anything of it has loaded, so it hasn't begun.
        if (audio) audio.autoplay = false;
        if (!audio && node.id !== 'arrived') continue;
        const { chat = '' } = node.dataset;
        const came = performance.now();
        load(SOUNDS_URL)
          .then(
            ({ ring, announce }) => (audio ? ring(audio) : announce({ chat, came, isShown: chat === shown })),
            () => audio?.play(),
          )
          // Neither the script nor the sound came, or the browser wants a gesture first: the ring is seen all the same.
          .catch(() => {});
      }
  }).observe(document.body, { childList: true });
}
