import { expect, test } from 'vitest';
import { pastedFiles } from './pasted.ts';

/** A clipboard with a text, as far as it has one, and files of these names. */
const pasted = (text: string | undefined, ...names: string[]) =>
  pastedFiles({
    types: [...(text === undefined ? [] : ['text/plain']), ...(names.length > 0 ? ['Files'] : [])],
    files: names.map((name) => new File(['x'], name)),
    getData: () => text ?? '',
  }).map(({ name }) => name);

test.each([
  [undefined, ['image.png']],
  // A file manager's: the name, the path, addresses.
  ['Garden.jpg', ['Garden.jpg']],
  ['/home/ana/My garden.jpg', ['My garden.jpg']],
  ['C:\\Pictures\\Garden.jpg', ['Garden.jpg']],
  ['file:///home/ana/My%20garden.jpg\r\nfile:///home/ana/b.txt\r\n', ['My garden.jpg', 'b.txt']],
  ['x-special/nautilus-clipboard\ncopy\nfile:///home/ana/b.txt', ['b.txt']],
])('of %j with %j the files are pasted', (text, names) => {
  expect(pasted(text, ...names)).toEqual(names);
});

test.each([
  // A word processor's picture of its text.
  ['Dear all,', ['image.png']],
  ['Garden.jpg is lovely', ['Garden.jpg']],
  ['Garden.jpg\nand more', ['Garden.jpg']],
  ['file:///%E0%A4%A', ['a']],
  ['Only text', []],
])('of %j with %j the text is pasted', (text, names) => {
  expect(pasted(text, ...names)).toEqual([]);
});
