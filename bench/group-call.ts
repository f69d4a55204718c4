/** What a call of a group costs: processor and memory of each browser, by how many are in it, with small pictures. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { type OpenBrowser, openBrowser } from '../test/helpers/browsers.ts';
import { connected } from '../test/helpers/calls.ts';
import { picturesChange, takeSmallPictures, watchPictures } from '../test/helpers/media.ts';
import { befriend, createPerson, gather, signInClient, visit } from '../test/helpers/people.ts';
import { pause } from '../test/helpers/poll.ts';
import { type Server, startServer } from '../test/helpers/server.ts';
import { click } from '../test/helpers/ui.ts';
import { type Bench, digits, type Figure, megabytes } from './support/figures.ts';
import { makeFolder, removeFolder } from './support/programs.ts';
import { secondsIn } from './support/usage.ts';
import { bytesIn } from './support/watch-memory.ts';

const NAMES = ['Anna', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Ida'];
const COUNTS = [2, 3, 5, 8];
/** s until everybody sends as little as the others show, and for which it is measured then. */
const [SETTLING, MEASURED] = [10, 20];

interface Member {
  name: string;
  page: Page;
  browser: OpenBrowser;
  profile: string;
}

/** Of each browser, on average. */
interface Cost {
  /** Share of a core. */
  processor: number;
  bytes: number;
  /** Pictures a second of each of the others. */
  rate: number;
}

async function moveIn(name: string, folder: string): Promise<Omit<Member, 'name'>> {
  const profile = join(folder, name);
  mkdirSync(profile);
  const browser = await openBrowser({ shell: true, camera: 'red', frameRate: 8, profile });
  const page = await browser.newPage({ width: 1000, height: 700 });
  await takeSmallPictures(page);
  return { page, browser, profile };
}

/** The first one rings the group, and all others answer. */
async function meet(server: Server, members: Member[]): Promise<void> {
  const people = [];
  for (const { name } of members) people.push(await createPerson(server, name.toLowerCase(), name));
  const [first, ...others] = people;
  if (!first) throw new Error('nobody calls');
  for (const other of others) await befriend(server, first, other);
  const chat = await gather(await signInClient(server, first), 'Family');
  for (const [at, { page }] of members.entries()) {
    const person = people[at];
    if (!person) continue;
    await visit(page, await signInClient(server, person), `${chat}/call?media=video`);
    await click(page, 'button', at === 0 ? 'Call' : 'Answer');
  }
  await connected(...members.map(({ page }) => page));
}

const pairsOf = (members: Member[]) =>
  members.flatMap((one) => members.flatMap((other) => (one === other ? [] : [[one, other] as const])));

const seconds = (members: Member[]) => members.reduce((sum, { profile }) => sum + secondsIn(profile), 0);

async function measure(count: number): Promise<Cost> {
  const folder = makeFolder();
  const server = await startServer();
  const members: Member[] = [];
  try {
    for (const name of NAMES.slice(0, count)) members.push({ name, ...(await moveIn(name, folder)) });
    await meet(server, members);
    await Promise.all(
      members.map(async (one) => {
        for (const other of members) if (other !== one) await picturesChange(one.page, other.name, 1);
      }),
    );
    await pause(SETTLING * 1000);
    const watches = await Promise.all(
      pairsOf(members).map(([{ page }, { name }]) => watchPictures(page, name)),
    );
    const [began, before] = [performance.now(), seconds(members)];
    await pause(MEASURED * 1000);
    const used = seconds(members) - before;
    const seen = await Promise.all(watches.map((watch) => watch.stop()));
    const passed = (performance.now() - began) / 1000;
    const processor = used / passed / count;
    const bytes = members.reduce((sum, { profile }) => sum + bytesIn(profile), 0) / count;
    const rate = seen.reduce((sum, { pictures }) => sum + pictures, 0) / seen.length / passed;
    return { processor, bytes, rate };
  } finally {
    for (const { browser } of members) await browser.close();
    await server.remove();
    removeFolder(folder);
  }
}

export const groupCall: Bench = {
  name: 'group-call',
  async run() {
    const figures: Figure[] = [];
    let ofTwo: Cost | undefined;
    for (const count of COUNTS) {
      const cost = await measure(count);
      ofTwo ??= cost;
      figures.push({
        what: `a call of ${count}: each browser`,
        budget: '',
        measured: `${digits(cost.processor / ofTwo.processor)} × a call of two`,
        absolute: `${digits(cost.processor)} of a core, ${megabytes(cost.bytes)}; ${digits(cost.rate)} pictures a second of each`,
        met: undefined,
      });
    }
    return figures;
  },
};
