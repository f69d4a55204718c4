/** How much of something has reached the server. */

/** @param left bytes of `all` */
export function showLeft(bar: HTMLProgressElement, left: number, all: number): void {
  bar.max = Math.max(all, 1);
  bar.value = all - left;
}
