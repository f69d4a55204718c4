/** The stylesheet of what is loaded late. */

/** Set by the build: its address. */
declare const LATE_STYLE_URL: string;

/** Resolves once it is there; without it, what needs it is shown all the same. */
export function lateStyle(): Promise<void> {
  const selector = `link[href="${LATE_STYLE_URL}"]`;
  const known = document.querySelector<HTMLLinkElement>(selector);
  if (known?.sheet) return Promise.resolve();
  const link =
    known ?? Object.assign(document.createElement('link'), { rel: 'stylesheet', href: LATE_STYLE_URL });
  if (!known) document.head.append(link);
  return new Promise((resolve) => {
    for (const end of ['load', 'error']) link.addEventListener(end, () => resolve(), { once: true });
  });
}
