import { expect, test } from 'vitest';
import { wordsIn } from './sharing.ts';

/** What a system fills in. */
function shared(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

test('what is said twice is sent once', () => {
  const url = 'https://example.org/lake';
  expect(wordsIn(shared({ title: 'The lake', text: url, url: '' }))).toBe(`The lake\n${url}`);
  expect(wordsIn(shared({ title: url, text: url, url }))).toBe(url);
  expect(wordsIn(shared({ title: 'The lake', text: `The lake ${url}`, url }))).toBe(`The lake ${url}`);
  expect(wordsIn(shared({ title: ' ', text: '' }))).toBe('');
  expect(wordsIn(shared({}))).toBe('');
});
