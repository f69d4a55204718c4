/** The number of unread chats, where it can be seen from another tab: in the title, as a dot on the icon, and on an app's own. */

export function wireUnread(): void {
  const nav = document.querySelector('header.site nav');
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (!nav || !icon) return;
  const number = () => Number.parseInt(document.querySelector('#unread')?.textContent ?? '', 10) || 0;
  // Only what is on a home screen has one; elsewhere nothing comes of it.
  const badge = (count: number) => void navigator.setAppBadge?.(count).catch(() => {});
  badge(number());
  new MutationObserver(() => {
    const count = number();
    badge(count);
    const title = document.title.replace(/^\(\d+\) /, '');
    document.title = count > 0 ? `(${count}) ${title}` : title;
    icon.href = `/static/favicon${count > 0 ? '-news' : ''}.svg`;
  }).observe(nav, { childList: true });
}
