/** What every page weighs on the wire with an empty cache, with and without JavaScript. */
import { join } from 'node:path';
import { openDatabase } from '../src/server/database/database.ts';
import { createInvitationStore } from '../src/server/friends/invitation-store.ts';
import { openBrowser } from '../test/helpers/browsers.ts';
import { makeFamily } from './support/family.ts';
import { type Bench, type Figure, kilobytes } from './support/figures.ts';
import { makeFolder, removeFolder, startServer } from './support/programs.ts';
import { type Weight, weigh } from './support/weigh.ts';

const INVITATION = 'bench-invitation';

function invite(dataDir: string, inviterId: number): void {
  const database = openDatabase(join(dataDir, 'porchlight.db'));
  const now = Date.now();
  createInvitationStore(database).insert({
    code: INVITATION,
    inviterId,
    now,
    expiresAt: now + 3_600_000,
    uses: 1,
  });
  database.close();
}

type Weighed = { path: string; weight: Weight };

/** The heaviest of them by one measure, against its budget. */
function heaviest(what: string, most: number, pages: Weighed[], bytesOf: (weight: Weight) => number): Figure {
  const sorted = pages.toSorted((a, b) => bytesOf(b.weight) - bytesOf(a.weight));
  const bytes = sorted[0] ? bytesOf(sorted[0].weight) : 0;
  return {
    what,
    budget: `≤ ${kilobytes(most)}`,
    measured: kilobytes(bytes),
    absolute: [
      sorted.map(({ path, weight }) => `${path} ${(bytesOf(weight) / 1000).toFixed(1)}`).join(', '),
      `with all headers at most ${kilobytes(Math.max(...pages.map(({ weight }) => weight.wire)))} in all`,
    ].join('; '),
    met: bytes <= most,
  };
}

export const pageWeights: Bench = {
  name: 'page-weights',
  async run() {
    const [folder, empty] = [makeFolder(), makeFolder()];
    const { pairs } = await makeFamily(folder, 1, 40);
    const [pair] = pairs;
    if (!pair) throw new Error('the family is empty');
    invite(folder, pair.users[0]);
    const [server, fresh] = [await startServer(folder), await startServer(empty)];
    const browser = await openBrowser({ shell: true });
    const origin = `http://localhost:${server.port}`;
    try {
      const setup = new URL(/http:\S+\/setup\?code=\S+/.exec(fresh.output())?.[0] ?? 'http://missing/');
      const call = `/chats/${pair.chat}/call?media=video`;
      const outside = ['/login', `/join/${INVITATION}`, '/nowhere'];
      const inside = ['/chats', `/chats/${pair.chat}`, '/friends', '/settings', '/admin'];
      const weighAll = async (javascript: boolean): Promise<Weighed[]> => {
        const weighed = async (path: string, at: string, cookie: string, address = path) => ({
          path,
          weight: await weigh(browser, at, address, cookie, javascript),
        });
        return Promise.all([
          weighed('/setup', `http://localhost:${fresh.port}`, '', `${setup.pathname}${setup.search}`),
          ...outside.map((path) => weighed(path, origin, '')),
          ...inside.map((path) => weighed(path, origin, pair.cookies[0])),
        ]);
      };
      const pages = await weighAll(true);
      const plain = await weighAll(false);
      const callPage = {
        path: 'the call page',
        weight: await weigh(browser, origin, call, pair.cookies[0], true),
      };
      const foreign = [...pages, ...plain, callPage].flatMap(({ weight }) => weight.foreign);
      return [
        heaviest('any page but the call page: JavaScript', 20_000, pages, (weight) => weight.script),
        heaviest('any page but the call page: everything, cold', 36_000, pages, (weight) => weight.all),
        heaviest('the same with JavaScript off', 14_000, plain, (weight) => weight.all),
        heaviest('the call page: JavaScript', 52_000, [callPage], (weight) => weight.script),
        {
          what: 'third-party requests, all pages',
          budget: '0',
          measured: String(foreign.length),
          absolute: foreign.join(', '),
          met: foreign.length === 0,
        },
      ];
    } finally {
      await browser.close();
      await Promise.all([server.stop(), fresh.stop()]);
      removeFolder(folder);
      removeFolder(empty);
    }
  },
};
