/** What may happen to a group's call of three: the server dies, somebody takes it to another device, somebody is taken out. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { says } from '../helpers/calls.ts';
import type { Client } from '../helpers/client.ts';
import { leaveCall } from '../helpers/leave-call.ts';
import {
  participant,
  picturesChange,
  pitchHeard,
  takeSmallPictures,
  takeSoundAsItIs,
} from '../helpers/media.ts';
import { befriend, createPerson, type Person, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { find, findAll, follow, gone, waitForText } from '../helpers/ui.ts';

interface Home extends Person {
  browser: OpenBrowser;
  client: Client;
  page: Page;
  pitch: number;
}

let server: Server;
let anna: Home;
let ben: Home;
let cleo: Home;
let chat: string;

async function openPage(browser: OpenBrowser): Promise<Page> {
  const page = await browser.newPage({ width: 800, height: 600 });
  await takeSoundAsItIs(page);
  await takeSmallPictures(page);
  return page;
}

async function moveIn(username: string, displayName: string, pitch: number): Promise<Home> {
  const person = await createPerson(server, username, displayName);
  const client = await signInClient(server, person);
  const browser = await openBrowser({ shell: true, camera: 'red', frameRate: 8, pitch });
  return { ...person, browser, client, page: await openPage(browser), pitch };
}

/** Anna's group with both of them, which nobody else is a friend of. */
async function makeGroup(): Promise<string> {
  const { body } = await anna.client.get('/chats/new');
  const [, token = ''] = /name="_csrf" value="([^"]*)"/.exec(body) ?? [];
  const fields = new URLSearchParams({ _csrf: token, title: 'Family' });
  for (const [, id = ''] of body.matchAll(/name="people" value="(\d+)"/g)) fields.append('people', id);
  return (await anna.client.post('/chats/new', fields)).path;
}

beforeAll(async () => {
  server = await startServer();
  anna = await moveIn('anna', 'Anna', 440);
  ben = await moveIn('ben', 'Ben', 660);
  cleo = await moveIn('cleo', 'Cleo', 880);
  for (const other of [ben, cleo]) await befriend(server, anna, other);
  chat = await makeGroup();
});

afterEach(async () => {
  for (const { page } of [anna, ben, cleo]) await leaveCall(page);
  await server.start();
});

afterAll(async () => {
  const browsers = [anna, ben, cleo].map(({ browser }) => browser);
  for (const browser of browsers) await browser.close();
  await server.remove();
  expect(browsers.flatMap(({ problems }) => problems)).toEqual([]);
});

/** Each of these sees each other of them. */
const see = (...present: Home[]) =>
  Promise.all(
    present.flatMap((one) =>
      present.map((other) => (one === other ? undefined : picturesChange(one.page, other.displayName, 3))),
    ),
  );

async function talk(): Promise<void> {
  await visit(anna.page, anna.client, `${chat}/people`);
  const quiet = (await findAll(anna.page, 'link', 'Video call')).at(-1);
  if (!quiet) throw new Error('there is no way to call quietly');
  await Promise.all([anna.page.waitForNavigation(), quiet.click()]);
  await says(anna.page, /Waiting for others…/);
  for (const { page, client } of [ben, cleo]) {
    await visit(page, client, chat);
    await follow(page, 'link', 'Join');
  }
  await see(anna, ben, cleo);
}

/** The media stream that somebody's picture comes from: another connection would bring another one. */
const streamOf = async ({ page }: Home, { displayName }: Home) =>
  (await participant(page, displayName)).evaluate((tile) => {
    const source = tile.querySelector('video')?.srcObject;
    return source instanceof MediaStream ? source.id : undefined;
  });

/** The answer waits until the page has been told that it has its place again. */
async function resumes({ page }: Home): Promise<() => Promise<unknown>> {
  const devtools = await page.createCDPSession();
  await devtools.send('Network.enable');
  let resumed = false;
  devtools.on('Network.webSocketFrameReceived', ({ response }) => {
    resumed ||= response.payloadData.includes('"type":"joined"');
  });
  return () => eventually('the page to take up its place', () => resumed, 20_000);
}

test('goes on while the server is killed, and with it when it is back', async () => {
  await talk();
  const pairs = [anna, ben, cleo].flatMap((one) =>
    [anna, ben, cleo].filter((other) => other !== one).map((other) => [one, other] as const),
  );
  const streams = await Promise.all(pairs.map(([one, other]) => streamOf(one, other)));
  const resumed = await Promise.all([anna, ben, cleo].map(resumes));
  await server.kill9();
  await see(anna, ben, cleo);
  await server.start();
  await Promise.all(resumed.map((isBack) => isBack()));
  await see(anna, ben, cleo);
  await pitchHeard(anna.page, 'Cleo', cleo.pitch);
  expect(await Promise.all(pairs.map(([one, other]) => streamOf(one, other)))).toEqual(streams);
  // The server knows them all again: who leaves is told to the others.
  await leaveCall(cleo.page);
  for (const { page } of [anna, ben]) await gone(page, 'group', 'Cleo');
});

test('somebody goes on with it on another device, and somebody is taken out of the group', async () => {
  await talk();
  const tablet = { ...ben, page: await openPage(anna.browser), client: await signInClient(server, ben) };
  await visit(tablet.page, tablet.client, chat);
  await follow(tablet.page, 'link', 'Join');
  await waitForText(tablet.page, 'main', undefined, /You.re in this call on another device/);
  const [here] = await findAll(tablet.page, 'button', 'Continue here');
  await here?.click();
  await says(ben.page, /Call ended/);
  await waitForText(ben.page, 'alert', undefined, /You moved this call to another tab or device\./);
  await see(anna, tablet, cleo);
  // The tablet has the microphone of the browser that it is opened in.
  await pitchHeard(cleo.page, 'Ben', anna.pitch);

  const { body } = await anna.client.get(`${chat}/people`);
  const [, token = ''] = /name="_csrf" value="([^"]*)"/.exec(body) ?? [];
  const [, remove = ''] = />Cleo<[\s\S]*?action="([^"]+\/remove)"/.exec(body) ?? [];
  await anna.client.post(remove, { _csrf: token });
  await waitForText(cleo.page, 'alert', undefined, /You.re no longer in this group\./);
  expect(await findAll(cleo.page, 'link', 'Call again')).toEqual([]);
  await follow(cleo.page, 'link', 'All chats');
  await find(cleo.page, 'heading', 'Chats');
  for (const { page } of [anna, tablet]) await gone(page, 'group', 'Cleo');
  await see(anna, tablet);
  await leaveCall(tablet.page);
});
