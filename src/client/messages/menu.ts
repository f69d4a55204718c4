/** The menu of a message: edit, copy, delete. One for the whole page, at the message that it was asked for. */
import { copyText } from '../common/copy.ts';

/** Where the menu belongs: a point, or beside a control. In CSS pixels of the window. */
export interface Place {
  left: number;
  top: number;
  bottom: number;
}

export interface MessageMenu {
  /** Opens it for a message, whose control for it gets the focus back. */
  open(row: HTMLElement, place: Place): void;
}

/** The menu's distance from the edges of the window. */
const MARGIN = 8;
/** ms for which it says that the text was copied. */
const SAID = 700;

/** @param template the menu's HTML, as the server wrote it into the page */
export function createMenu(template: HTMLScriptElement): MessageMenu {
  let back: HTMLElement | undefined;
  let row: HTMLElement | undefined;
  let stay: () => void = () => {};

  const control = () => row?.querySelector<HTMLAnchorElement>('.more');

  function close(): void {
    removeEventListener('resize', stay);
    back?.remove();
    back = undefined;
    row?.classList.remove('chosen');
    control()?.setAttribute('aria-expanded', 'false');
    control()?.focus({ preventScroll: true });
  }

  /** Puts a form in the message's place. */
  function ask(what: 'edit' | 'delete'): void {
    const link = control();
    close();
    if (!row || !link) return;
    const target = `#${row.id}`;
    // An answer that is an error is shown as the one to any press.
    void window.htmx.ajax('GET', `${link.href}/${what}`, { source: link, target, swap: 'outerHTML' });
  }

  async function copy(item: HTMLElement): Promise<void> {
    const opened = back;
    if (!(await copyText(row?.querySelector('.text')?.textContent ?? '')))
      return location.assign(control()?.href ?? '');
    item.textContent = item.dataset.copied ?? '';
    setTimeout(() => {
      if (back === opened) close();
    }, SAID);
  }

  function onKey(event: KeyboardEvent): void {
    const items = [...(back?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = items.findIndex((item) => item.matches(':focus'));
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1 + items.length,
      Home: 0,
      End: items.length - 1,
    };
    const step = steps[event.key];
    if (step !== undefined) items[step % items.length]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else return;
    event.preventDefault();
  }

  function place(menu: HTMLElement, { left, top, bottom }: Place): void {
    const { offsetWidth: width, offsetHeight: height } = menu;
    const x = Math.min(left, innerWidth - width - MARGIN);
    const y = bottom + height + MARGIN <= innerHeight ? bottom : top - height;
    menu.style.left = `${Math.max(MARGIN, x)}px`;
    menu.style.top = `${Math.max(MARGIN, Math.min(y, innerHeight - height - MARGIN))}px`;
  }

  function open(of: HTMLElement, at: Place): void {
    if (back) close();
    row = of;
    // It takes the press that closes the menu, which then does nothing else.
    back = document.createElement('div');
    back.className = 'message-menu-back';
    back.innerHTML = template.text;
    const menu = back.querySelector<HTMLElement>('.message-menu');
    const isOwn = of.hasAttribute('data-own');
    const text = of.querySelector('.text');
    for (const item of back.querySelectorAll<HTMLElement>('[role=menuitem]')) {
      const { do: what } = item.dataset;
      if (what === 'copy' ? !text : !isOwn) item.remove();
      if (what === 'edit' && !text) item.textContent = item.dataset.add ?? '';
      if (what === 'edit' || what === 'delete') item.addEventListener('click', () => ask(what));
      if (what === 'copy') item.addEventListener('click', () => void copy(item));
    }
    const first = back.querySelector<HTMLElement>('[role=menuitem]');
    if (!menu || !first) {
      back = undefined;
      return;
    }
    back.addEventListener('keydown', onKey);
    // Not before it is lifted, or the page below would be pressed. A finger that opened the menu is lifted as well.
    let isPressed = false;
    back.addEventListener('pointerdown', ({ target }) => {
      isPressed = target === back;
    });
    for (const press of ['click', 'auxclick'])
      back.addEventListener(press, ({ target }) => {
        if (isPressed && target === back) close();
      });
    back.addEventListener('contextmenu', (event) => event.preventDefault());
    document.body.append(back);
    // A phone is turned, or its keyboard goes: the menu stays in the window.
    stay = () => place(menu, at);
    addEventListener('resize', stay);
    stay();
    of.classList.add('chosen');
    control()?.setAttribute('aria-expanded', 'true');
    first.focus({ preventScroll: true });
  }

  return { open };
}
