/** The files waiting in the composer: each is shown small and by name, and can be removed before it is sent. */
import { find } from '../common/dom.ts';
import { sizeInWords } from '../common/size.ts';
import { showName } from './file-name.ts';
import { showThumbnail } from './thumbnail.ts';

export interface Chosen {
  /** Adds to what is there already. */
  add(files: Iterable<File>): void;
  /** Empties the composer. */
  take(): File[];
  isEmpty(): boolean;
}

interface Parts {
  /** With one line in it, as a pattern for all. */
  list: HTMLElement;
  locale: string;
  /** The field, which the server may replace by an empty one. */
  picker: () => HTMLInputElement;
  /** Called for each that is removed by hand. */
  removed(file: File): void;
  /** Where the focus goes when the last one is removed. */
  box: HTMLElement;
}

export function createChosen({ list, locale, picker, removed, box }: Parts): Chosen {
  const pattern = find(list, 'li', HTMLLIElement);
  let files: File[] = [];

  function lineOf(file: File): HTMLLIElement {
    const line = document.importNode(pattern, true);
    showName(find(line, '.file-name', HTMLElement), file.name);
    showThumbnail(find(line, '.thumbnail', HTMLElement), file);
    find(line, '.muted', HTMLElement).textContent = sizeInWords(file.size, locale);
    const button = find(line, 'button', HTMLButtonElement);
    // As a function: a name may hold "$&".
    button.setAttribute(
      'aria-label',
      (button.dataset.name ?? '').replace('%', () => file.name),
    );
    button.addEventListener('click', () => {
      const place = files.indexOf(file);
      files = files.filter((other) => other !== file);
      removed(file);
      show();
      const buttons = list.querySelectorAll('button');
      (buttons[Math.min(place, buttons.length - 1)] ?? box).focus();
    });
    return line;
  }

  function show(): void {
    // The field shows only the last choice; it should have all of them, as in a form without scripts.
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    picker().files = transfer.files;
    list.replaceChildren(...files.map(lineOf));
    list.hidden = files.length === 0;
  }

  return {
    add(more) {
      files.push(...more);
      show();
    },
    take() {
      const taken = files;
      files = [];
      show();
      return taken;
    },
    isEmpty: () => files.length === 0,
  };
}
