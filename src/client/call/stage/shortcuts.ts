/**
 * The single-key shortcuts, M and V. Dictated text would trigger them by accident, so they can be switched off
 * (WCAG 2.1.4), on this device and in this browser.
 */
import { find } from '../../common/dom.ts';
import { attempt } from '../../common/storage.ts';

const KEY = 'porchlight.shortcuts';
const ACTIONS = { m: 'microphone', v: 'camera' } as const;

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'repeat' | 'isComposing' | 'defaultPrevented' | 'getModifierState' | 'composedPath'
>;

const MODIFIERS = ['Control', 'Alt', 'AltGraph', 'Meta', 'OS', 'Shift', 'Fn', 'Hyper', 'Super'];

/** What uses letters itself, for text or for finding one of its options. */
const TAKES_LETTERS =
  'input, select, textarea, [contenteditable]:not([contenteditable="false"]), [role="textbox"], [role="searchbox"], [role="combobox"], [role="listbox"], [role="menu"]';

/** What a key does when pressed on its own, outside a place for text. */
export function shortcutOf(pressed: Pressed): 'microphone' | 'camera' | undefined {
  const key = pressed.key.toLowerCase();
  if (key !== 'm' && key !== 'v') return undefined;
  if (pressed.repeat || pressed.isComposing || pressed.defaultPrevented) return undefined;
  if (MODIFIERS.some((modifier) => pressed.getModifierState(modifier))) return undefined;
  if (pressed.composedPath().some(takesLetters)) return undefined;
  return ACTIONS[key];
}

function takesLetters(target: EventTarget): boolean {
  return 'matches' in target && typeof target.matches === 'function' && target.matches(TAKES_LETTERS);
}

export const areShortcutsOn = (): boolean => attempt(() => localStorage.getItem(KEY)) !== 'off';

/** Where nothing is kept, they are on again in the next call. */
const keepShortcuts = (on: boolean): void => void attempt(() => localStorage.setItem(KEY, on ? 'on' : 'off'));

/** Wires the check box among the devices, and says of each button which key does the same. */
export function wireShortcuts(
  root: ParentNode,
  actions: Record<'microphone' | 'camera', () => void>,
  isWanted: () => boolean,
): void {
  const choice = find(root, '[data-choice="shortcuts"]', HTMLInputElement);
  const buttons = Object.entries(ACTIONS).map(([key, action]) => ({
    key: key.toUpperCase(),
    button: find(root, `[role="toolbar"] [data-do="${action}"]`, HTMLButtonElement),
  }));

  function show(): void {
    for (const { key, button } of buttons) {
      if (choice.checked) button.setAttribute('aria-keyshortcuts', key);
      else button.removeAttribute('aria-keyshortcuts');
    }
  }

  choice.checked = areShortcutsOn();
  choice.addEventListener('change', () => {
    keepShortcuts(choice.checked);
    show();
  });
  show();

  document.addEventListener('keydown', (event) => {
    const shortcut = choice.checked && isWanted() ? shortcutOf(event) : undefined;
    if (shortcut) actions[shortcut]();
  });
}
