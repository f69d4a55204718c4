/** What `npm start` and the image run: the compiled server and its commands, in a folder that has no sources. */
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, install } from '../helpers/installed.ts';
import { nodeArguments } from '../helpers/npm-scripts.ts';
import { addPastCall } from '../helpers/past-call.ts';
import { chatOf, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { liveWebm } from '../helpers/recorder.ts';
import { putRecording } from '../helpers/recording-upload.ts';
import { type Server, serverEnvironment, startServer } from '../helpers/server.ts';
import { encodeForm, type TestFile } from '../helpers/upload.ts';

const ROOT = join(import.meta.dirname, '../..');
const ANNA = { username: 'anna', displayName: 'Anna', password: 'anna keeps the light on' };
const BEN = { username: 'ben', displayName: 'Ben', password: 'ben keeps the light on' };

let installed: Installation;
let server: Server;

/** Runs a script of package.json in the installed folder, to its end. */
function run(script: string, words: string[], { dataDir = server.dataDir, input = '' } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArguments(script), ...words], {
    cwd: installed.folder,
    env: serverEnvironment(dataDir, {}),
    encoding: 'utf8',
    input,
  });
  return { status, stdout, stderr };
}

beforeAll(async () => {
  installed = install();
  server = await startServer({}, installed);
  for (const { username, displayName, password } of [ANNA, BEN]) {
    const made = run('admin', ['create-user', username, '--display', displayName], {
      input: `${password}\n`,
    });
    expect(made).toMatchObject({ status: 0 });
  }
  expect(run('admin', ['befriend', 'anna', 'ben'])).toMatchObject({ status: 0 });
});
afterAll(async () => {
  await server.remove();
  installed.remove();
});

test('the image starts what npm start starts', () => {
  expect(installed.start).toEqual(nodeArguments('start'));
});

test('what V8 has compiled at one start is there for the next', async () => {
  const file = join(installed.folder, 'dist/.compiled/server.js.code');
  await eventually('it to be kept', () => existsSync(file));
});

test('neither a start nor an answer loads what Node keeps for others', async () => {
  const tell = "process.on('exit', () => console.log('loaded', process.moduleLoadList.join(' ')))";
  const probe = `--import=data:text/javascript,${encodeURIComponent(tell)}`;
  const probed = await startServer({ NODE_OPTIONS: probe }, installed);
  try {
    const answer = await fetch(`${probed.origin}/login`);
    expect(answer.status).toBe(200);
    await answer.text();
    await probed.stop();
    const [, loaded] = /^loaded (.*)$/m.exec(probed.log()) ?? [];
    expect(loaded).toContain('NativeModule _http_server');
    expect(loaded).not.toMatch(/undici|webcrypto|http2/);
  } finally {
    await probed.remove();
  }
});

test('pictures, videos and recordings are looked into by its child processes', async () => {
  const client = await signInClient(server, ANNA);
  const chat = await chatOf(client, BEN);
  const send = async (file: TestFile) => {
    const token = /name="_csrf" value="([^"]*)"/.exec((await client.get(chat)).body)?.[1] ?? '';
    const { type, payload } = await encodeForm({ _csrf: token, key: randomUUID(), body: '' }, file);
    const cookie = [...client.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, 'content-type': type };
    const answer = await fetch(server.origin + chat, {
      method: 'POST',
      headers,
      body: new Uint8Array(payload),
      redirect: 'manual',
    });
    expect(answer.status).toBe(303);
  };
  const photo = sharp({ create: { width: 900, height: 600, channels: 3, background: '#a52' } });
  await send({ name: 'Beach.jpg', bytes: await photo.jpeg().toBuffer() });
  await send({ name: 'Call.webm', bytes: readFileSync(join(ROOT, 'assets/demo/call.webm')) });
  const { body } = await client.get(chat);
  // Only picture-worker makes a preview, and only media-worker knows how large a video is.
  expect(body).toMatch(/<img src="\/files\/[\w-]{22}\/preview" width="540" height="360"/);
  expect(body).toMatch(/<video [^>]*width="\d+" height="\d+"/);
  await putRecording(server, client, addPastCall(server.dataDir, 'anna', 'ben'), liveWebm(2));
});

test('a backup is made and restored', () => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-restored-'));
  try {
    const archive = join(folder, 'backup.tar');
    expect(run('admin', ['backup', archive])).toMatchObject({ status: 0 });
    const dataDir = join(folder, 'data');
    expect(run('admin', ['restore', archive], { dataDir })).toMatchObject({ status: 0 });
    expect(run('admin', ['list-users'], { dataDir }).stdout).toMatch(/anna[\s\S]*ben/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the demo starts', async () => {
  const demo = spawn(process.execPath, nodeArguments('demo'), {
    cwd: installed.folder,
    env: serverEnvironment('', { PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [demo.stdout, demo.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  const ended = once(demo, 'exit');
  try {
    const origin = await eventually(
      'the demo to be ready',
      () => /ready on (http:\S+)/.exec(output)?.[1],
      30_000,
      () => output,
    );
    expect((await fetch(`${origin}/login`)).status).toBe(200);
  } finally {
    demo.kill('SIGTERM');
    await ended;
  }
});

test('a stack names the lines of the sources', () => {
  rmSync(join(installed.folder, 'public/build/manifest.json'));
  const { status, stderr } = run('start', []);
  expect(status).toBe(1);
  const [, path = '', line = ''] = /\(.*\/(src\/server\/[\w/-]+\.ts):(\d+):\d+\)/.exec(stderr) ?? [];
  expect(path).toBe('src/server/http/assets.ts');
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  expect(lines[Number(line) - 1]).toContain('public/build is missing');
});
