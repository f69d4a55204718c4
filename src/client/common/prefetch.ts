/** Fetches scripts before they are needed, in case the server is down by then. */

/** Puts a script into the browser's cache. Where that fails, whoever needs it says so. */
export function fetchAhead(url: string): void {
  // Firefox keeps only what was read to its end.
  fetch(url)
    .then((response) => response.arrayBuffer())
    .catch((error: unknown) => console.warn('A script could not be fetched ahead.', error));
}
