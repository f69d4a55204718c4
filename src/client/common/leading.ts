/** The link by which a click leads to another page in this tab. */
export function leading(event: MouseEvent): HTMLAnchorElement | undefined {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return undefined;
  return !link.hash || link.pathname + link.search !== location.pathname + location.search ? link : undefined;
}
