/** What is sent again when an answer was lost. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSender } from './screenshot.ts';

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('document', { body: { getAttribute: () => '{"x-csrf-token":"token"}' } });
});
afterEach(() => vi.unstubAllGlobals());

test('a screenshot that is sent again says that it is the same one', async () => {
  const send = createSender();
  fetched.mockRejectedValueOnce(new TypeError('Failed to fetch'));
  expect(await send('file')).toBe(false);
  fetched.mockImplementation(async () => new Response());
  expect(await send('file')).toBe(true);
  expect(await createSender()('file')).toBe(true);
  const keys = fetched.mock.calls.map(([address, init]) => {
    expect(address).toBe('/files/file/send');
    expect(new Headers(init?.headers).get('x-csrf-token')).toBe('token');
    return String(init?.body);
  });
  expect(keys[0]).toMatch(/^key=\w{16,}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});
