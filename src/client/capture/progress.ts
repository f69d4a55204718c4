/** How far something is on its way to the server. */

/** @param left bytes of `all` */
export function showLeft(bar: HTMLProgressElement, left: number, all: number): void {
  bar.max = Math.max(all, 1);
  bar.value = all - left;
}

/** "340 kB", "12 MB", in the page's language. */
export function sizeInWords(bytes: number): string {
  const unit = bytes < 1e6 ? 'kilobyte' : 'megabyte';
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: 'unit',
    unit,
    maximumFractionDigits: 0,
  }).format(Math.ceil(bytes / (bytes < 1e6 ? 1e3 : 1e6)));
}
