/**
 * The links of invitations can be shared with the device's own means, where there are such, and copied. Loaded with the
 * first touch of them.
 */
import { copyText } from '../common/copy.ts';
import { find } from '../common/dom.ts';

/** ms for which a button says that it has copied. */
const SAID = 3000;
/** ms within which a press and the click that it ends with are one. */
const ONE_PRESS = 700;

const section = find(document, '#invitations', HTMLElement);
const { copied = '', notCopied = '', message = '' } = section.dataset;
const canShare = 'share' in navigator;
const timers = new WeakMap<Element, ReturnType<typeof setTimeout>>();

async function copy(url: string, said: Element | null | undefined): Promise<void> {
  const isCopied = await copyText(url);
  if (!said) return;
  said.textContent = isCopied ? copied : notCopied;
  clearTimeout(timers.get(said));
  if (isCopied)
    timers.set(
      said,
      setTimeout(() => {
        said.textContent = '';
      }, SAID),
    );
}

function run(button: HTMLElement): void {
  const row = button.closest('.invitation');
  const url = row?.querySelector<HTMLAnchorElement>('.code a')?.href ?? '';
  if (button.dataset.do === 'copy') void copy(url, row?.querySelector('[role=status]'));
  // Whoever thinks better of it rejects the promise.
  else void navigator.share({ text: message, url }).catch(() => undefined);
}

for (const button of section.querySelectorAll<HTMLElement>('[data-do=share]')) button.hidden = !canShare;

// On a slow line it was pressed before this was here; the keyboard would have come to it without pressing.
const pressed = section.querySelector<HTMLElement>('[data-do]:focus:not(:focus-visible, [hidden])');
const came = performance.now();
if (pressed) run(pressed);

section.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-do]') : null;
  if (!button || (button === pressed && performance.now() - came < ONE_PRESS)) return;
  run(button);
});
