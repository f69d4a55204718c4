/** What somebody can do to a server's memory who only chooses what they send. The server is a process of its own. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createChatStore } from '../../src/server/chats/store.ts';
import { openDatabase } from '../../src/server/database/database.ts';
import { chatOf, createPair, signInClient } from '../helpers/people.ts';
import { type Server, startServer } from '../helpers/server.ts';

let server: Server;
afterEach(() => server.remove());

test('the longest messages, read in many zones, fit into a small heap', { timeout: 180_000 }, async () => {
  server = await startServer({ NODE_OPTIONS: '--max-old-space-size=100' });
  const [ana, ben] = await createPair(server);
  const client = await signInClient(server, ana);
  const path = await chatOf(client, ben);
  const database = openDatabase(join(server.dataDir, 'porchlight.db'));
  try {
    const chats = createChatStore(database);
    const conversation = Number(path.split('/').at(-1));
    const [author = 0] = chats.members(conversation);
    const message = {
      conversation,
      author,
      kind: 'text' as const,
      body: '"'.repeat(10_000),
      call: undefined,
    };
    chats.transaction(() => {
      for (let at = 0; at < 40; at += 1) chats.insert({ ...message, key: randomUUID(), now: Date.now() });
    });
  } finally {
    database.close();
  }
  const session = [...client.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
  const zones = Intl.supportedValuesOf('timeZone').slice(0, 30);
  for (const zone of zones) {
    const answer = await fetch(server.origin + path, {
      headers: { cookie: `${session}; tz=${encodeURIComponent(zone)}` },
    });
    expect(answer.status).toBe(200);
    expect((await answer.text()).length).toBeGreaterThan(2_000_000);
  }
  expect((await fetch(`${server.origin}/healthz`)).status).toBe(200);
});
