/** A group on the pages of three people, live. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, test } from 'vitest';
import { arrive, befriend, createPair, createPerson, type Person } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, fill, find, findAll, follow, gone, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const browsers = useBrowsers({ chromium: { shell: true } });

let server: Server;
let anna: Person;
let ben: Person;
let cleo: Person;

beforeAll(async () => {
  server = await startServer();
  [anna, ben] = await createPair(server);
  cleo = await createPerson(server, 'cleo', 'Cleo');
  await befriend(server, anna, cleo);
});
afterAll(async () => {
  await server.remove();
});

async function open(person: Person): Promise<Page> {
  const page = await browsers.chromium.newPage({ width: 360, height: 740 });
  await arrive(page, server, person);
  return page;
}
const log = (page: Page, words: RegExp) => waitForText(page, 'log', 'Messages', words);
async function say(page: Page, text: string): Promise<void> {
  await fill(page, 'Message', text);
  await page.keyboard.press('Enter');
}

test('a group comes to the lists of its people, is written in by all, and is gone for who is taken out', async () => {
  const [annas, bens, cleos] = [await open(anna), await open(ben), await open(cleo)];
  await follow(annas, 'link', 'New group');
  await fill(annas, 'Group name', 'Sunday');
  for (const name of ['Ben', 'Cleo']) await click(annas, 'checkbox', name);
  await follow(annas, 'button', 'Create group');
  for (const page of [bens, cleos]) {
    await find(page, 'link', 'Sunday');
    await follow(page, 'link', 'Sunday');
    await log(page, /Anna created the group “Sunday”/);
  }

  await say(bens, 'Who brings the cake?');
  await log(annas, /Ben\s+Who brings the cake\?/);
  await log(cleos, /Ben\s+Who brings the cake\?/);
  await eventually('both to have seen it', async () =>
    /Seen by Anna and Cleo/.test(await bens.$eval('main', (main) => main.innerText)),
  );
  for (const page of [annas, cleos]) await (await find(page, 'textbox', 'Message')).type('I');
  await waitForText(bens, 'main', undefined, /(Anna and Cleo|Cleo and Anna) are typing/);

  await follow(annas, 'link', 'People');
  const row = await eventually('the row of Cleo', async () => (await findAll(annas, 'listitem')).at(-1));
  await find(row, 'button', 'Make admin');
  await follow(row, 'button', 'Remove');
  await waitForText(cleos, 'main', undefined, /You're not in this group any more/);
  await gone(cleos, 'textbox', 'Message');
  await log(bens, /Anna removed Cleo/);
  await waitForText(bens, 'main', undefined, /2 people/);
  await fill(annas, 'Group name', 'Monday');
  await follow(annas, 'button', 'Save name');
  await find(bens, 'heading', 'Monday');
  await follow(bens, 'link', 'Back to chats');
  await find(bens, 'link', 'Monday');
});
