/**
 * A message that comes anew, because its text or its file has changed, doesn't interrupt what is being played in it.
 * Loaded when there is something that can be played.
 */

/** The controls that a script put before what is played. */
function controlsOf(media: Element | null): Element[] {
  const before = media?.previousElementSibling;
  return before?.matches('.player') ? [before] : [];
}

function keepMedia(row: Node): void {
  if (!(row instanceof HTMLElement)) return;
  const before = row.querySelector<HTMLMediaElement>('video, audio');
  if (!before || (before.paused && before.currentTime === 0)) return;
  const after = document.getElementById(row.id)?.querySelector(before.localName) ?? null;
  if (after?.getAttribute('src') !== before.getAttribute('src')) return;
  for (const controls of controlsOf(after)) controls.remove();
  // Moved before the task ends, it goes on (HTML, "when a media element is removed from a document").
  after?.replaceWith(...controlsOf(before), before);
}

new MutationObserver((changes) => {
  for (const { removedNodes } of changes) removedNodes.forEach(keepMedia);
}).observe(document.querySelector('#messages') ?? document.body, { childList: true });
