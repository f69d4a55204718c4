/** Plays what is heard of the other side, and asks for a tap where the browser won't play unasked. */

export interface Sound {
  /** Tries again with sound, if the browser has refused it before. */
  retry(): void;
}

/**
 * Watches over a media element whose stream changes.
 * @param blocked is told whether a tap is needed
 */
export function createSound(element: HTMLMediaElement, blocked: (needsTap: boolean) => void): Sound {
  let refused = false;

  async function play(): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      // AbortError only says that a newer stream took the place of this one.
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || element.muted) return;
      refused = true;
      element.muted = true;
      await play();
    }
    if (refused !== element.muted) return;
    blocked(refused);
  }

  function retry(): void {
    if (!refused) return;
    refused = false;
    element.muted = false;
    void play();
  }

  // Each new stream starts a load, and `autoplay` alone would not say that it was refused.
  element.addEventListener('loadstart', () => element.srcObject && void play());
  // Any gesture gives the permission that was missing; the button only says so.
  for (const gesture of ['pointerup', 'keydown'] as const) document.addEventListener(gesture, retry);

  return { retry };
}
