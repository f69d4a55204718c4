/** A server that dies in mid-chat: nothing acknowledged is lost or doubled, and open pages catch up by themselves. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { OpenBrowser } from '../helpers/browsers.ts';
import type { Client } from '../helpers/client.ts';
import { outboxLoaded } from '../helpers/outbox.ts';
import { befriend, chatOf, createPerson, signInClient, visit } from '../helpers/people.ts';
import { eventually } from '../helpers/poll.ts';
import { type Server, startServer } from '../helpers/server.ts';
import { fill, find, findAll, waitForText } from '../helpers/ui.ts';
import { useBrowsers } from '../helpers/use-browsers.ts';

const SENDERS = 6;
/** More than a page of history has, so that catching up takes more than one look. */
const ENOUGH = 130;

const browsers = useBrowsers({ chromium: { shell: true }, firefox: { engine: 'firefox' } });

let server: Server;
/** Another one on the same data, while the first is away. */
let elsewhere: Server | undefined;
/** Whether bursts go on. */
let isSending = false;

beforeAll(async () => {
  server = await startServer();
});

// What a test that failed has left must not stop the next one.
afterEach(async () => {
  isSending = false;
  await elsewhere?.remove();
  elsewhere = undefined;
  await server.start();
});

afterAll(async () => {
  await server.remove();
});

interface Send {
  key: string;
  body: string;
}

/** Sends as htmx does; false where the server didn't answer that it has the message. */
const openSender = async (client: Client, chat: string) => {
  const token = /name="_csrf" value="([^"]*)"/.exec((await client.get(chat)).body)?.[1] ?? '';
  const cookie = [...client.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  return async ({ key, body }: Send): Promise<boolean> => {
    try {
      const response = await fetch(`${client.origin}${chat}`, {
        method: 'POST',
        headers: { cookie, 'hx-request': 'true' },
        body: new URLSearchParams({ _csrf: token, key, body }),
      });
      await response.text();
      return response.status === 200;
    } catch {
      return false;
    }
  };
};

/** Sends over several connections at once until the server is gone: what was acknowledged, and what wasn't. */
const burst = (send: (message: Send) => Promise<boolean>, label: string) => {
  const acknowledged: Send[] = [];
  const open: Send[] = [];
  isSending = true;
  const run = async (sender: number) => {
    for (let count = 0; isSending; count++) {
      const message = { key: randomUUID(), body: `${label} ${sender}-${count}` };
      if (!(await send(message))) return open.push(message);
      acknowledged.push(message);
    }
  };
  const ended = Promise.all(Array.from({ length: SENDERS }, (_, sender) => run(sender)));
  return { acknowledged, open, ended };
};

/** How often each text is in the conversation, as the disk has it. */
const stored = (chat: string): Map<string, number> => {
  const database = new Database(join(server.dataDir, 'porchlight.db'), { readonly: true });
  const rows = database
    .prepare<[number], { body: string; times: number }>(
      'SELECT body, COUNT(*) AS times FROM messages WHERE conversation_id = ? GROUP BY body',
    )
    .all(Number(chat.split('/').at(-1)));
  database.close();
  return new Map(rows.map(({ body, times }) => [body, times]));
};

const expectOnce = (texts: string[], chat: string) => {
  const times = stored(chat);
  expect(texts.map((text) => [text, times.get(text)])).toEqual(texts.map((text) => [text, 1]));
};

/** Everything the page shows of the conversation, row by row: ids, what marks them, and the text. */
const rowsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('[role=log] li')].flatMap((row) => {
      if (row.matches('.older, .new-line, .chat-empty')) return [];
      const marks = [...row.classList, ...Object.keys(row instanceof HTMLElement ? row.dataset : {})];
      return `${row.id} [${marks.sort().join(' ')}] ${row.textContent.replace(/\s+/g, ' ').trim()}`;
    }),
  );

/** The same on a page of its own, loaded just now, back to the beginning. */
const freshRows = async (browser: OpenBrowser, client: Client, chat: string): Promise<string[]> => {
  const page = await browser.newPage();
  await visit(page, client, chat);
  await eventually('the whole history', async () => {
    const older = (await findAll(page, 'link', 'Earlier messages')).at(0);
    await older?.scrollIntoView();
    return older === undefined;
  });
  const rows = await rowsOf(page);
  await page.browserContext().close();
  return rows;
};

/** Waits until the page shows what a fresh one shows: nothing is missing, doubled, or out of its place. */
const caughtUp = async (page: Page, fresh: string[]) => {
  await expect.poll(() => rowsOf(page), { timeout: 20_000 }).toEqual(fresh);
};

const composerText = async (page: Page) =>
  (await find(page, 'textbox', 'Message')).evaluate((box) => [
    box instanceof HTMLTextAreaElement && box.value,
    box === document.activeElement,
  ]);

/** An earlier message is edited and another deleted on a server that the pages can't reach. */
const changeBehindTheirBacks = async (person: Parameters<typeof signInClient>[1], chat: string) => {
  elsewhere = await startServer({ DATA_DIR: server.dataDir });
  const client = await signInClient(elsewhere, person);
  const ids = [...(await client.get(chat)).body.matchAll(/<li id="m-(\d+)"[^>]*data-own/g)].map(
    ([, id]) => id,
  );
  // Not among the newest: those may be on disk without an answer, and will be sent again as they were.
  const [edited, deleted] = ids;
  const at = (id: string | undefined) => `${chat}/messages/${id}/edit`;
  expect((await client.submit(at(edited), 'Save', { body: 'edited meanwhile' })).status).toBe(200);
  expect((await client.submit(`${chat}/messages/${deleted}/delete`, 'Delete message')).status).toBe(200);
  await elsewhere.stop();
  await elsewhere.remove();
  elsewhere = undefined;
};

test.each([
  ['killed', () => server.kill9()],
  ['stopped', () => server.stop()],
])('a server that is %s in mid-chat and started again', async (how, end) => {
  const anna = await createPerson(server, `anna-${how}`, 'Anna');
  const ben = await createPerson(server, `ben-${how}`, 'Ben');
  await befriend(server, anna, ben);
  const [annas, bens] = [await signInClient(server, anna), await signInClient(server, ben)];
  const chat = await chatOf(annas, ben);
  const pages = [await browsers.chromium.newPage(), await browsers.firefox.newPage()] as const;
  await visit(pages[0], annas, chat);
  await visit(pages[1], bens, chat);
  const loads = pages.map((page) => {
    const count = { times: 0 };
    page.on('load', () => count.times++);
    return count;
  });
  await fill(pages[0], 'Message', 'typed before it went');
  await outboxLoaded(pages[0]);

  const send = await openSender(annas, chat);
  const { acknowledged, open, ended } = burst(send, how);
  await eventually('enough to be acknowledged', () => acknowledged.length >= ENOUGH, 60_000);
  await end();
  await ended;
  const sent = acknowledged.map(({ body }) => body);
  expectOnce(sent, chat);

  // Nobody is there to take what is sent now: the bubble says so, and one can write on.
  await pages[0].keyboard.press('Enter');
  await waitForText(pages[0], 'alert', undefined, /Not sent\. The server can't be reached/);
  await pages[0].keyboard.type('half a sentence');
  expect(await composerText(pages[0])).toEqual(['half a sentence', true]);

  await changeBehindTheirBacks(anna, chat);
  await server.start();
  for (const message of open) expect(await send(message)).toBe(true);
  // It goes by itself.
  await waitForText(pages[1], 'log', 'Messages', /typed before it went/);
  const fresh = await freshRows(browsers.chromium, annas, chat);
  expect(fresh.join('\n')).toContain('edited meanwhile');
  expect(fresh.join('\n')).toContain('Message deleted');
  await caughtUp(pages[0], fresh);
  await caughtUp(pages[1], await freshRows(browsers.firefox, bens, chat));
  expect(await composerText(pages[0])).toEqual(['half a sentence', true]);
  const onDisk = stored(chat);
  const all = [...acknowledged, ...open].map(({ body }) => body);
  const kept = [...all, 'typed before it went'].filter((body) => onDisk.has(body));
  // All but the one that was edited and the one that was deleted.
  expect(kept.length).toBe(all.length + 1 - 2);
  expectOnce(kept, chat);
  expect(loads.map(({ times }) => times)).toEqual([0, 0]);
});
