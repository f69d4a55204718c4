/** What another app shares: taken by the service worker, shown with the chats it can go to, and sent from there. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from '../helpers/axe.ts';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { arrive, chatOf, createPair, type Person, signInClient } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { click, find, findAll, follow, waitForText } from '../helpers/ui.ts';

let server: Server;
let chromium: OpenBrowser;
let anna: Person;
let ben: Person;
let page: Page;

beforeAll(async () => {
  server = await startServer();
  chromium = await openBrowser({ shell: true });
  [anna, ben] = await createPair(server);
  page = await chromium.newPage();
  await arrive(page, server, anna, '/share');
  await waitForText(page, 'main', undefined, /There's nothing here to send/);
  await eventually('the worker', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
});
afterEach(async () => {
  await page.goto(`${server.origin}/chats`);
});
afterAll(async () => {
  await chromium.close();
  await server.remove();
  expect(chromium.problems).toEqual([]);
});

/** As a system does, which fills in a form in the page's name. */
async function share(words: Record<string, string>, files: Record<string, string> = {}): Promise<void> {
  await Promise.all([
    page.waitForNavigation(),
    page.evaluate(
      (said, named) => {
        const form = Object.assign(document.createElement('form'), {
          ...{ method: 'post', action: '/share', enctype: 'multipart/form-data' },
        });
        for (const [name, value] of Object.entries(said))
          form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
        const transfer = new DataTransfer();
        for (const [name, text] of Object.entries(named)) transfer.items.add(new File([text], name));
        const field = Object.assign(document.createElement('input'), { type: 'file', name: 'files' });
        field.multiple = true;
        field.files = transfer.files;
        if (transfer.files.length > 0) form.append(field);
        document.body.append(form);
        form.submit();
      },
      words,
      files,
    ),
  ]);
  expect(new URL(page.url()).pathname).toBe('/share');
}

const textBox = () => page.$eval('#body', (box) => (box instanceof HTMLTextAreaElement ? box.value : ''));

test('files and a text wait in the composer of the chat that is chosen, and are sent from there', async () => {
  await share(
    { title: 'The lake', text: 'https://example.org/lake' },
    { 'List.txt': 'Milk', 'Note.txt': 'Bread' },
  );
  await waitForText(page, 'list', 'What is shared', /List\.txt[\s\S]*Note\.txt/);
  await waitForText(page, 'main', undefined, /The lake\s+https:\/\/example\.org\/lake/);
  expect(await violations(page)).toEqual([]);
  // Pressed twice, it goes there once.
  const link = await find(page, 'link', 'Ben');
  await Promise.all([
    page.waitForNavigation(),
    link.evaluate((node) => [node, node].map((one) => one instanceof HTMLElement && one.click())),
  ]);
  const chosen = await find(page, 'list', 'Chosen files');
  await eventually('both files', async () => (await findAll(chosen, 'listitem')).length === 2);
  expect(await textBox()).toBe('The lake\nhttps://example.org/lake');
  await click(page, 'button', 'Send');
  const client = await signInClient(server, ben);
  const chat = await chatOf(client, anna);
  await eventually('both to arrive', async () => {
    const { body } = await client.get(chat);
    return ['List.txt', 'Note.txt', 'The lake'].every((word) => body.includes(word));
  });
  // It has gone where it was to go.
  await page.goto(`${server.origin}/share`);
  await waitForText(page, 'main', undefined, /There's nothing here to send/);
});

test('a text comes after what is being written there', async () => {
  await follow(page, 'link', 'Ben');
  await page.type('#body', 'Look:');
  await share({ text: 'https://example.org/1' });
  await follow(page, 'link', 'Ben');
  expect(await textBox()).toBe('Look:\nhttps://example.org/1');
  await page.$eval('#body', (box) => {
    if (box instanceof HTMLTextAreaElement) box.value = '';
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });
});

test('what was shared last counts, and whoever signs out takes it along', async () => {
  await share({ text: 'first' });
  await share({ text: 'second' });
  await waitForText(page, 'main', undefined, /second/);
  expect(await page.evaluate(() => document.body.innerText)).not.toContain('first');
  await page.goto(`${server.origin}/settings`);
  await follow(page, 'button', 'Sign out');
  await arrive(page, server, ben, '/share');
  await waitForText(page, 'main', undefined, /There's nothing here to send/);
});
