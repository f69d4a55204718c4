/** Five people in one call, each in a home of their own: who comes, goes, is removed, and what a dead server does to them. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BrowserOptions, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, says } from '../helpers/calls.ts';
import { picturesChange, pitchHeard, takeSoundAsItIs } from '../helpers/media.ts';
import { arrive, befriend, createPerson, type Person, signInClient } from '../helpers/people.ts';
import { click, fill, follow, gone } from '../helpers/ui.ts';
import { type Lab, openLab } from './lab.ts';

interface Member extends Person {
  page: Page;
  pitch: number;
}

let lab: Lab;
const browsers: OpenBrowser[] = [];
const members: Member[] = [];
let chat: string;

async function moveIn(username: string, displayName: string, pitch: number, options: BrowserOptions) {
  const person = await createPerson(lab.server, username, displayName);
  // Firefox is steered over a port, so it lives with the provider, and the server is this machine to it.
  const isWithProvider = options.engine === 'firefox';
  const network = () => ({ namespace: lab.addHome('easy').namespace, origin: lab.origin });
  const browser = await openBrowser({
    ...(isWithProvider ? {} : { frameRate: 8, network: network() }),
    ...{ pitch, ...options },
  });
  browsers.push(browser);
  const page = await browser.newPage({ width: 800, height: 600 });
  await takeSoundAsItIs(page);
  await arrive(page, isWithProvider ? lab.server : lab, person);
  members.push({ ...person, page, pitch });
}

beforeAll(async () => {
  lab = await openLab();
  for (const [username, displayName, pitch] of [
    ['anna', 'Anna', 440],
    ['ben', 'Ben', 620],
    ['cleo', 'Cleo', 860],
    ['dan', 'Dan', 1150],
  ] as const)
    await moveIn(username, displayName, pitch, { camera: 'red' });
  await moveIn('eve', 'Eve', 1500, { engine: 'firefox' });
  const [anna, ...others] = members;
  if (!anna) throw new Error('nobody is there');
  for (const other of others) await befriend(lab.server, anna, other);
  await anna.page.goto(`${lab.origin}/chats/new`);
  await fill(anna.page, 'Group name', 'Family');
  for (const { displayName } of others) await click(anna.page, 'checkbox', displayName);
  await follow(anna.page, 'button', 'Create group');
  chat = new URL(anna.page.url()).pathname;
}, 180_000);

afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await lab.close();
  expect(browsers.flatMap(({ problems }) => problems)).toEqual([]);
});

/** Each of these sees and hears each other of them. */
async function meet(...present: Member[]): Promise<void> {
  for (const one of present)
    await Promise.all(
      present.map(async (other) => {
        if (one === other) return;
        await picturesChange(one.page, other.displayName, 3);
        await pitchHeard(one.page, other.displayName, other.pitch);
      }),
    );
}

test('all twenty pictures and tones come, whatever happens', async () => {
  const [anna, ben, cleo, dan, eve] = members;
  if (!anna || !ben || !cleo || !dan || !eve) throw new Error('somebody is missing');
  const goTo = ({ page }: Member, path = chat) => page.goto(`${new URL(page.url()).origin}${path}`);

  await follow(anna.page, 'link', 'Video call');
  for (const member of [ben, cleo, dan, eve]) await accept(member.page);
  await meet(...members);

  // Leaving and coming back, and loading the page again.
  await click(ben.page, 'button', 'Hang up');
  await says(ben.page, /Call ended/);
  await goTo(ben);
  await follow(ben.page, 'link', 'Join');
  await eve.page.reload();
  await dan.page.reload();
  await meet(...members);

  // What goes on meanwhile is asked between each end and the next start.
  for (let killed = 0; killed < 2; killed++) {
    await lab.server.kill9();
    await meet(anna, ben);
    await lab.server.start();
    await meet(...members);
  }

  const client = await signInClient(lab, anna);
  const { body } = await client.get(`${chat}/people`);
  const remove = new RegExp(`>${cleo.displayName}<[\\s\\S]*?action="([^"]+/remove)"`).exec(body)?.[1];
  const token = /name="_csrf" value="([^"]*)"/.exec(body)?.[1];
  if (!remove || !token) throw new Error('nobody can be removed');
  await client.post(remove, { _csrf: token });
  await says(cleo.page, /Call ended/);
  for (const { page } of [anna, ben, dan, eve]) await gone(page, 'group', 'Cleo');
  await meet(anna, ben, dan, eve);
  // And it isn't there for them any more.
  await goTo(cleo, '/chats');
  await gone(cleo.page, 'link', 'Join');
}, 900_000);
