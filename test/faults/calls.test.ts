/** A server that dies in mid-call: the call doesn't notice, can be ended, and is recorded. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accept, connected, dial, hangUp, newestEntry, ringOn, says, secondsIn } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { participant, picturesChange, pitchHeard, takeSoundAsItIs, watchPictures } from '../helpers/media.ts';
import { chatOf, createPair, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { follow, gone, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const PITCH = 440;
/**
 * The server stays away until this many pictures have come on each side, which takes longer than the longest
 * gap that is allowed: media that went with the server, or waited for it, would show.
 */
const PICTURES = 80;
const LONGEST_GAP_MS = 2000;

const browsers = useBrowsers({ chromium: { shell: true, camera: 'green', pitch: PITCH } });

let server: Server;
let anna: Client;
let ben: Client;
let chat: string;

beforeAll(async () => {
  server = await startServer();
  const pair = await createPair(server);
  anna = await signInClient(server, pair[0]);
  ben = await signInClient(server, pair[1]);
  chat = await chatOf(anna, pair[1]);
});

afterEach(async () => {
  await server.start();
});

afterAll(async () => {
  await server.remove();
});

const open = async (client: Client, path: string): Promise<Page> => {
  const page = await browsers.chromium.newPage({ width: 800, height: 600 });
  // Both sides sit in one browser and speak at one pitch: each would be the other's echo.
  await takeSoundAsItIs(page);
  await visit(page, client, path);
  return page;
};

const call = async (media: 'voice' | 'video') => {
  const [caller, callee] = [await open(anna, chat), await open(ben, '/chats')];
  await dial(caller, media);
  await accept(callee);
  await connected(caller, callee);
  return { caller, callee };
};

/** The media stream that a participant's picture comes from: another connection would bring another one. */
const streamOf = async (page: Page, name: string) =>
  (await participant(page, name)).evaluate((tile) => {
    const source = tile.querySelector('video')?.srcObject;
    return source instanceof MediaStream ? source.id : undefined;
  });

/** Every word that a status on the call page says from now on, to whoever sees or hears it. */
const listen = async (page: Page) => {
  const words = await page.evaluateHandle(() => {
    const said: string[] = [];
    for (const status of document.querySelectorAll('[role=status]'))
      new MutationObserver(() => {
        if (status.checkVisibility()) said.push(status.textContent);
      }).observe(status, { childList: true, characterData: true, subtree: true });
    return said;
  });
  return () => words.jsonValue();
};

/** The answer waits until the page has been told that it has its place in the call again. */
const resumes = async (page: Page) => {
  const devtools = await page.createCDPSession();
  await devtools.send('Network.enable');
  let resumed = false;
  devtools.on('Network.webSocketFrameReceived', ({ response }) => {
    resumed ||= response.payloadData.includes('"type":"joined"');
  });
  return () => eventually('the page to take up its place', () => resumed, 20_000);
};

test.each([
  ['killed', () => server.kill9()],
  ['stopped', () => server.stop()],
])('pictures never stop while the server is %s and started again', async (_, end) => {
  const { caller, callee } = await call('video');
  const answered = performance.now();
  await Promise.all([picturesChange(caller, 'Ben'), picturesChange(callee, 'Anna')]);
  const sides = await Promise.all(
    (
      [
        [caller, 'Ben'],
        [callee, 'Anna'],
      ] as const
    ).map(async ([page, name]) => ({
      page,
      name,
      stream: await streamOf(page, name),
      said: await listen(page),
      resumed: await resumes(page),
      watch: await watchPictures(page, name),
    })),
  );

  await end();
  const coming = sides.map(async ({ watch }) => {
    const before = await watch.pictures();
    return eventually(
      'pictures without a server',
      async () => (await watch.pictures()) > before + PICTURES,
      30_000,
    );
  });
  await Promise.all(coming);
  await server.start();
  await Promise.all(sides.map(({ resumed }) => resumed()));
  await Promise.all(sides.map(({ page, name }) => picturesChange(page, name)));
  await Promise.all(sides.map(({ page, name }) => pitchHeard(page, name, PITCH)));

  for (const { page, name, stream, said, watch } of sides) {
    const { pictures, longestGapMs } = await watch.stop();
    expect(pictures).toBeGreaterThan(PICTURES);
    expect(longestGapMs).toBeLessThan(LONGEST_GAP_MS);
    expect(await streamOf(page, name)).toBe(stream);
    expect(await said()).toEqual([]);
  }

  const talked = performance.now() - answered;
  await hangUp(callee, caller);
  for (const page of [caller, callee]) {
    await follow(page, 'link', 'Back to chat');
    const seconds = secondsIn(await newestEntry(page, /^Video call · \d/));
    expect(seconds).toBeGreaterThanOrEqual(Math.floor(talked / 1000));
  }
});

test('hanging up while the server is away ends the call on both sides at once, and is recorded when it is back', async () => {
  const { caller, callee } = await call('voice');
  await waitForText(caller, 'timer', undefined, /[1-9]/);
  await server.kill9();
  await hangUp(caller, callee);
  await expect(fetch(`${server.origin}/healthz`)).rejects.toThrow();

  await server.start();
  await eventually(
    'the end to be recorded',
    async () => {
      const entries = (await anna.get(chat)).body.match(/data-reason="[\w-]+"/g);
      return entries?.at(-1) === 'data-reason="hung-up"';
    },
    20_000,
  );
  await follow(callee, 'link', 'Back to chat');
  expect(secondsIn(await newestEntry(callee, /^Voice call · \d/))).toBeGreaterThanOrEqual(1);
  // Nobody is left in a call that is over.
  await dial(callee, 'voice');
  await hangUp(callee);
});

test('a call that rings goes on ringing after a restart, and can be accepted', async () => {
  const [caller, callee] = [await open(anna, chat), await open(ben, '/settings')];
  await dial(caller, 'video');
  const ring = await ringOn(callee);
  const resumed = await resumes(caller);
  await server.kill9();
  await server.start();
  await resumed();
  // A page that comes back is told anew what rings, in place of what it showed.
  await eventually('the ring to be renewed', () => ring.evaluate((node) => !node.isConnected), 20_000);
  await says(caller, /Ringing…/);
  await accept(callee);
  await connected(caller, callee);
  await Promise.all([picturesChange(caller, 'Ben'), picturesChange(callee, 'Anna')]);
  await hangUp(caller, callee);
});

test.each([
  ['cancels', (page: Page) => hangUp(page)],
  ['closes the page', (page: Page) => page.close()],
])('a call whose caller %s while the server is away stops ringing', async (_, leave) => {
  const [caller, callee] = [await open(anna, chat), await open(ben, chat)];
  await dial(caller, 'voice');
  await ringOn(callee);
  await server.kill9();
  await leave(caller);
  await server.start();
  // Whoever is gone is waited for, for ten seconds.
  await gone(callee, 'alertdialog', 'Incoming call', 30_000);
  await newestEntry(callee, /^Missed voice call/);
});
