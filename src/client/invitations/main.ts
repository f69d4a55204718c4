/** The links of invitations can be shared with the device's own means, where there are such, and copied. */
import { copyText } from '../common/copy.ts';
import { find } from '../common/dom.ts';

/** ms for which a button says that it has copied. */
const SAID = 3000;

const {
  share = '',
  copy = '',
  copied = '',
  notCopied = '',
  message = '',
} = find(document, '#invitations', HTMLElement).dataset;

function button(className: string, text: string, run: (made: HTMLButtonElement) => void): HTMLButtonElement {
  const made = Object.assign(document.createElement('button'), {
    type: 'button',
    className,
    textContent: text,
  });
  made.addEventListener('click', () => run(made));
  return made;
}

for (const link of document.querySelectorAll<HTMLAnchorElement>('.invitation .code a')) {
  const row = document.createElement('p');
  row.className = 'row';
  const said = document.createElement('span');
  said.setAttribute('role', 'status');
  said.className = 'muted';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const url = link.href;
  if ('share' in navigator)
    row.append(
      // Whoever thinks better of it rejects the promise.
      button('primary', share, () => void navigator.share({ text: message, url }).catch(() => undefined)),
    );
  row.append(
    button('', copy, async () => {
      const isCopied = await copyText(url);
      said.textContent = isCopied ? copied : notCopied;
      clearTimeout(timer);
      if (isCopied)
        timer = setTimeout(() => {
          said.textContent = '';
        }, SAID);
    }),
    said,
  );
  link.parentElement?.after(row);
}
