/** Takes it from the browser to sound what the server brings, so that it is heard in one tab. */

/** Set by the build: the script's address. */
declare const SOUNDS_URL: string;

export function wireRing(): void {
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) {
        const audio = node instanceof Element && node.querySelector<HTMLAudioElement>('.ring audio');
        if (!audio) continue;
        // Before anything of it has loaded, so it hasn't begun.
        audio.autoplay = false;
        import(SOUNDS_URL).then(
          ({ ring }) => ring(audio),
          () => audio.play(),
        );
      }
  }).observe(document.body, { childList: true });
}
