import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { postText } from './post.ts';

const TEXT = { me: '1', chat: '7', at: 0, key: 'key', text: 'Hello', refused: '' };

const post = (status: number, words: string, headers: Record<string, string> = { porchlight: '1' }) => {
  vi.stubGlobal('fetch', async () => new Response(words, { status, headers }));
  const { signal } = new AbortController();
  return postText(TEXT, { headers: {}, shown: true, signal });
};

beforeEach(() => {
  vi.stubGlobal('document', {
    querySelector: () => ({ dataset: { limit: 'Too large.', between: '% came.' } }),
  });
  vi.stubGlobal(
    'DOMParser',
    class {
      parseFromString = (html: string) => ({ body: { textContent: html } });
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

test('of somebody signed out it says nothing: the page is about to ask them in', async () => {
  expect(await post(401, '')).toEqual({ is: 'unanswered', why: undefined });
});

test('what passes is waited for, with the words of the server, if it has any', async () => {
  expect(await post(503, 'The disk is full.')).toEqual({ is: 'unanswered', why: 'The disk is full.' });
  expect(await post(503, '')).toEqual({ is: 'unanswered', why: '' });
  expect(await post(429, 'Wait.')).toEqual({ is: 'unanswered', why: 'Wait.' });
});

test('what stays as it is is refused, under the same key unless that stands for another text', async () => {
  expect(await post(403, 'No friends.')).toEqual({ is: 'refused', why: 'No friends.', renew: false });
  expect(await post(507, 'No room.')).toEqual({ is: 'refused', why: 'No room.', renew: false });
  expect(await post(409, 'Sent already.')).toEqual({ is: 'refused', why: 'Sent already.', renew: true });
});

test('what somebody else says is no answer, unless it says that less would go', async () => {
  expect(await post(502, '<h1>Bad gateway</h1>', {})).toEqual({ is: 'unanswered', why: '502 came.' });
  expect(await post(413, '', {})).toEqual({ is: 'refused', why: 'Too large.', renew: false });
});
