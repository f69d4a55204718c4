import { afterEach, expect, test, vi } from 'vitest';
import { areShortcutsOn, shortcutOf } from './shortcuts.ts';

const place = (isField: boolean): EventTarget => Object.assign(new EventTarget(), { matches: () => isField });

const press = (key: string, more: { held?: string; path?: EventTarget[] } & Partial<KeyboardEvent> = {}) =>
  shortcutOf({
    ...{ key, repeat: false, isComposing: false, defaultPrevented: false },
    getModifierState: (modifier) => modifier === more.held,
    composedPath: () => more.path ?? [place(false), new EventTarget()],
    ...more,
  });

test('M and V act alone, in either case as with Caps Lock', () => {
  expect([press('m'), press('M'), press('v'), press('V')]).toEqual([
    'microphone',
    'microphone',
    'camera',
    'camera',
  ]);
  expect(press('x')).toBeUndefined();
  expect(press('Dead')).toBeUndefined();
});

test.each(['Control', 'Alt', 'AltGraph', 'Meta', 'Shift', 'Fn', 'Super'])('not with %s', (held) => {
  expect(press('m', { held })).toBeUndefined();
});

test('not while held down, composed into a word, or taken by something else', () => {
  expect(press('m', { repeat: true })).toBeUndefined();
  expect(press('m', { isComposing: true })).toBeUndefined();
  expect(press('m', { defaultPrevented: true })).toBeUndefined();
});

test('not in a field, nor in anything within one', () => {
  expect(press('m', { path: [place(true), place(false)] })).toBeUndefined();
  expect(press('m', { path: [place(false), place(true), new EventTarget()] })).toBeUndefined();
});

afterEach(() => vi.unstubAllGlobals());

test.each([
  [null, true],
  ['on', true],
  ['off', false],
])('kept as %j, they are on: %j', (kept, on) => {
  vi.stubGlobal('localStorage', { getItem: () => kept });
  expect(areShortcutsOn()).toBe(on);
});

test('a browser that keeps nothing has them', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('', 'SecurityError');
    },
  });
  expect(areShortcutsOn()).toBe(true);
});
