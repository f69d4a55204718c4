import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'porchlight-cli-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs the program itself, as npm does. */
async function cli(folder: string, words: string[], input: string | Buffer = '') {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...words], {
    env: { DATA_DIR: join(root, folder), PUBLIC_URL: 'https://home.example' },
  });
  child.stdin.end(input);
  const [out, errors, [code]] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, out, said: out.toString(), errors };
}

test('reads the password from the first line of standard input, and a backup goes through pipes', async () => {
  const created = await cli(
    'a',
    ['create-user', 'mei', '--display', '奶奶'],
    'a quiet evening\r\nnot this\n',
  );
  expect(created).toMatchObject({
    code: 0,
    said: 'Created mei (奶奶), an owner of this server.\n',
    errors: '',
  });
  const archive = await cli('a', ['backup', '-']);
  expect(archive.code).toBe(0);
  expect((await cli('b', ['restore', '-'], archive.out)).code).toBe(0);
  expect((await cli('b', ['list-users'])).said).toContain('奶奶');
}, 90_000);

test('no password, no account', async () => {
  const { code, said, errors } = await cli('c', ['create-user', 'mei', '--display', 'Mei']);
  expect([code, said]).toEqual([1, '']);
  expect(errors).toContain('The password is read from standard input, and nothing came.');
}, 90_000);
