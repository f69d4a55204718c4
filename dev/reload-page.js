/** On every page of `npm run dev`: loads the page again once another start of the server answers. */
const start = new URL(document.currentScript.src).search.slice(1);
/** ms */
const EVERY = 300;

async function look() {
  const answer = await fetch('/dev/start').then(
    (response) => (response.ok ? response.text() : start),
    // Between two starts nobody answers.
    () => start,
  );
  if (answer === start) setTimeout(look, EVERY);
  else location.reload();
}
void look();
