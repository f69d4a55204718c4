/** A message that comes anew, because its text or its file has changed, doesn't interrupt what is being played in it. */

const MEDIA = 'video, audio';

function keepMedia(row: Node): void {
  if (!(row instanceof HTMLElement)) return;
  const before = row.querySelector<HTMLMediaElement>(MEDIA);
  if (!before || (before.paused && before.currentTime === 0)) return;
  const after = document.getElementById(row.id)?.querySelector<HTMLMediaElement>(MEDIA);
  // Moved before the task ends, it goes on (HTML, "when a media element is removed from a document").
  if (after?.getAttribute('src') === before.getAttribute('src')) after?.replaceWith(before);
}

export function wirePlaying(): void {
  const list = document.querySelector('#messages');
  if (!list) return;
  new MutationObserver((changes) => {
    for (const { removedNodes } of changes) removedNodes.forEach(keepMedia);
  }).observe(list, { childList: true });
}
