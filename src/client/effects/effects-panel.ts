/** The panel "Effects": pictures of each choice, as the server wrote them in the reader's language. */
import { find, setText } from '../common/dom.ts';
import { type Choices, NOTHING, parseChoices } from './choices.ts';

/** What it can say, by the names of the template's data attributes. */
export type Sentence = 'loading' | 'failed' | 'picture' | 'full' | 'slow' | 'off' | 'lost' | 'camera';

export interface EffectsPanel {
  element: HTMLElement;
  /** Where a preview is shown, and what asks for one. */
  video: HTMLVideoElement;
  previewButton: HTMLButtonElement;
  show(choices: Choices): void;
  /** One sentence at a time, with its values filled in; undefined says nothing. */
  report(sentence: Sentence | undefined, values?: Record<string, string>): void;
  /** A sentence in the reader's language. */
  words(sentence: Sentence): string;
}

export interface PanelEvents {
  chosen(choices: Choices): void;
  picture(file: File): void;
  close(): void;
}

/** Fetches the panel and puts it into the page, hidden. @throws if the server can't be reached, or has another version of it */
export async function fetchPanel(root: HTMLElement, events: PanelEvents): Promise<EffectsPanel> {
  const response = await fetch('/calls/effects');
  if (!response.ok) throw new Error(`/calls/effects: ${response.status}`);
  const template = document.createElement('template');
  template.innerHTML = await response.text();
  const element = find(template.content, '#call-effects', HTMLElement);
  root.append(template.content);
  const style = find(element, 'link', HTMLLinkElement);
  await new Promise<void>((resolve) => {
    // Without it, everything can still be chosen.
    for (const end of ['load', 'error']) style.addEventListener(end, () => resolve(), { once: true });
  });
  return createPanel(element, events);
}

function createPanel(element: HTMLElement, events: PanelEvents): EffectsPanel {
  const form = find(element, 'form', HTMLFormElement);
  const beauty = find(form, '[name="beauty"]', HTMLInputElement);
  const brighten = find(form, '[name="brighten"]', HTMLInputElement);
  const file = find(form, '[type="file"]', HTMLInputElement);
  const status = find(element, '[role="status"]', HTMLElement);
  const words = (sentence: Sentence) => status.dataset[sentence] ?? '';

  const radios = (name: string) => [...form.querySelectorAll<HTMLInputElement>(`[name="${name}"]`)];
  const chosen = (name: string) => radios(name).find((radio) => radio.checked)?.value ?? 'none';

  function read(): Choices {
    const wanted = {
      background: chosen('background'),
      filter: chosen('filter'),
      sticker: chosen('sticker'),
      beauty: Number(beauty.value),
      brighten: brighten.checked,
    };
    return parseChoices(JSON.stringify(wanted));
  }

  function show(choices: Choices): void {
    for (const name of ['background', 'filter', 'sticker'] as const)
      for (const radio of radios(name)) radio.checked = radio.value === choices[name];
    beauty.value = String(choices.beauty);
    brighten.checked = choices.brighten;
    keep();
  }

  /** Nothing in it waits to be sent: a tap outside may close it (page/layers.ts). */
  function keep(): void {
    for (const input of form.querySelectorAll('input')) {
      if (input.type === 'file') continue;
      input.defaultChecked = input.checked;
      if (input === beauty) input.defaultValue = input.value;
    }
  }

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', ({ target }) => {
    if (target === file) return;
    keep();
    events.chosen(read());
  });
  file.addEventListener('change', () => {
    const [picture] = file.files ?? [];
    file.value = '';
    if (picture) events.picture(picture);
  });
  find(element, '[data-do="no-effects"]', HTMLButtonElement).addEventListener('click', () => {
    show(NOTHING);
    events.chosen(NOTHING);
  });
  find(element, '[data-close]', HTMLButtonElement).addEventListener('click', events.close);

  return {
    element,
    video: find(element, 'video', HTMLVideoElement),
    previewButton: find(element, '[data-do="preview"]', HTMLButtonElement),
    show,
    words,
    report(sentence, values = {}) {
      const text = sentence ? words(sentence) : '';
      setText(
        status,
        text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ''),
      );
    },
  };
}
