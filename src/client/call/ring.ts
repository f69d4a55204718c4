/**
 * The ring that the server shows on every page: its Accept is a link to the call's page. Where that page is open
 * already and has its answer ready, following the link would only lose time.
 * @param prepared the id of the call that this page can accept as it is
 */
export function interceptAccept(prepared: () => string | undefined, accept: (id: string) => void): void {
  document.addEventListener(
    'click',
    (event) => {
      const id = prepared();
      if (id === undefined || !(event.target instanceof Element) || event.ctrlKey || event.metaKey) return;
      const link = event.target.closest('#ring a[href]');
      if (!(link instanceof HTMLAnchorElement) || link.pathname !== `/calls/${id}`) return;
      event.preventDefault();
      event.stopPropagation();
      document.querySelector('#ring')?.replaceChildren();
      accept(id);
    },
    { capture: true },
  );
}
