/** The number of unread chats, where it can be seen from another tab: in the title, and as a dot on the icon. */

export function wireUnread(): void {
  const nav = document.querySelector('header.site nav');
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (!nav || !icon) return;
  new MutationObserver(() => {
    const count = Number.parseInt(document.querySelector('#unread')?.textContent ?? '', 10) || 0;
    const title = document.title.replace(/^\(\d+\) /, '');
    document.title = count > 0 ? `(${count}) ${title}` : title;
    icon.href = `/static/favicon${count > 0 ? '-news' : ''}.svg`;
  }).observe(nav, { childList: true });
}
