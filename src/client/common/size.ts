/** How large something is, for people. */

/** "340 kilobytes" or "12 megabytes" as short as the language has it: whole kilobytes, or megabytes from where those are many. */
export function sizeInWords(bytes: number, locale: string): string {
  const unit = bytes < 1e6 ? 'kilobyte' : 'megabyte';
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 0 });
  return format.format(Math.ceil(bytes / (bytes < 1e6 ? 1e3 : 1e6)));
}
