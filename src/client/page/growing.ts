/** Text boxes that grow with their text, in browsers whose stylesheets can't say so (`field-sizing`). */

export function grow(box: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return;
  box.style.blockSize = 'auto';
  // With its borders, which `scrollHeight` leaves out.
  box.style.blockSize = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}
