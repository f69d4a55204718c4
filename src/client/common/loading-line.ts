/** A thin line along the top of the window, while something that was pressed for is on its way. */

const { dataset } = document.documentElement;

/** The stylesheet shows it, and lets it go after a minute: nobody says when a navigation is stopped. */
export function beginLoading(): void {
  dataset.loading = 'true';
}

export function endLoading(): void {
  delete dataset.loading;
}
