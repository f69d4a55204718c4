/** The developer's loop, on a copy of the project that may be changed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { eventually } from '../helpers/poll.ts';
import { freePort } from '../helpers/proxy.ts';
import { serverEnvironment } from '../helpers/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const LEFT_OUT = ['node_modules', '.git', 'data', 'demo-data', 'build', 'dist', 'coverage'];

let project: string;
let loop: ChildProcess;
let output = '';
let origin: string;
let browser: OpenBrowser;
let page: Page;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'porchlight-dev-'));
  cpSync(ROOT, project, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  const port = await freePort();
  origin = `http://localhost:${port}`;
  loop = spawn(process.execPath, ['dev/main.ts'], {
    cwd: project,
    env: serverEnvironment(join(project, 'data'), { PORT: String(port) }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [loop.stdout, loop.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  await eventually(
    'the server',
    () => output.includes(`ready on ${origin}`),
    60_000,
    () => output,
  );
  browser = await openBrowser({ shell: true });
  page = await browser.newPage();
  await page.goto(`${origin}/login`);
});
afterAll(async () => {
  await browser?.close();
  const ended = once(loop, 'exit');
  loop.kill('SIGTERM');
  await ended;
  rmSync(project, { recursive: true });
});

function change(path: string, edit: (text: string) => string): void {
  const file = join(project, path);
  const before = readFileSync(file, 'utf8');
  const after = edit(before);
  if (after === before) throw new Error(`${path} has nothing to change`);
  writeFileSync(file, after);
}

/** Waits until the open page, which nobody touches, fulfils a condition. */
const comesTo = (what: string, condition: () => boolean) =>
  eventually(
    what,
    () => page.evaluate(condition).catch(() => false),
    60_000,
    () => output,
  );

test('a page that is open shows what was changed: words, views, styles, the client and the server', async () => {
  change('locales/en.json', (text) => text.replace('"Welcome home"', '"Welcome back"'));
  await comesTo('the new words', () => document.querySelector('h1')?.textContent?.trim() === 'Welcome back');

  change('views/layouts/page.eta', (text) => text.replaceAll('<body class="', '<body class="repainted '));
  await comesTo('the new view', () => document.body.classList.contains('repainted'));

  change('src/client/style/main.css', (text) => `${text}\nbody { --repainted: yes; }\n`);
  await comesTo(
    'the new style',
    () => getComputedStyle(document.body).getPropertyValue('--repainted') !== '',
  );

  change('src/client/page/main.ts', (text) => `${text}\ndocument.body.dataset.rebuilt = 'yes';\n`);
  await comesTo('the new script', () => document.body.dataset.rebuilt === 'yes');

  change('src/server/http/headers.ts', (text) =>
    text.replace("'Porchlight', '1'", "'Porchlight', 'changed'"),
  );
  await eventually('the new server', async () => {
    const answer = await fetch(`${origin}/login`).catch(() => undefined);
    return answer?.headers.get('Porchlight') === 'changed';
  });
  expect(browser.problems).toEqual([]);
});

test('a mistake in a script is told, and the server that runs stays', async () => {
  change('src/client/page/main.ts', (text) => `${text}\n}}}\n`);
  await eventually(
    'what is wrong',
    () => /page\/main\.ts:\d+/.test(output),
    60_000,
    () => output,
  );
  expect((await fetch(`${origin}/login`)).status).toBe(200);
});

test('pages keep the policy of a real server', async () => {
  const policy = (await fetch(`${origin}/login`)).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe');
});
