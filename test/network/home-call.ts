/** Calls between homes, each with a browser of its own whose camera is hard to encode. */
import type { Page } from 'puppeteer-core';
import { type BrowserOptions, type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, arriveCalling, connected } from '../helpers/calls.ts';
import {
  arrive,
  befriend,
  chatOf,
  createPerson,
  gather,
  type Person,
  signInClient,
  visit,
} from '../helpers/people.ts';
import { follow } from '../helpers/ui.ts';
import { showBusyCamera } from './busy-camera.ts';
import { liveFarAway, openDistance } from './distance.ts';
import { type Home, type Lab, type Nat, openLab } from './lab.ts';
import { noteConnections } from './measure.ts';

export interface At {
  person: Person;
  page: Page;
  home: Home;
}

interface Call {
  readonly lab: Lab;
  close(): Promise<void>;
}

/** Anna has rung Ben. */
export interface HomeCall extends Call {
  readonly anna: At;
  readonly ben: At;
}

export interface GroupCall extends Call {
  readonly all: At[];
}

const NAMES = ['Anna', 'Ben', 'Cleo', 'Dan'];

/** Makes calls in a laboratory of its own, which is closed with its browsers, also where making one fails. */
async function inLab<Made extends object>(
  make: (lab: Lab, builder: Builder) => Promise<Made>,
): Promise<Made & Call> {
  const lab = await openLab();
  const browsers: OpenBrowser[] = [];
  const others: (() => void)[] = [];
  const close = async () => {
    for (const browser of browsers) await browser.close();
    for (const closeOther of others) closeOther();
    await lab.close();
  };
  const people: Person[] = [];
  const open = async (options: BrowserOptions): Promise<Page> => {
    const browser = await openBrowser({ pitch: 440 + 220 * browsers.length, ...options });
    browsers.push(browser);
    const page = await browser.newPage({ width: 1000, height: 700 });
    await noteConnections(page);
    return page;
  };
  /** Friends of all who are there. */
  const invite = async (): Promise<Person> => {
    const name = NAMES[people.length] ?? '';
    const person = await createPerson(lab.server, name.toLowerCase(), name);
    for (const other of people) await befriend(lab.server, other, person);
    people.push(person);
    return person;
  };
  try {
    const made = await make(lab, {
      invite,
      open,
      closeLater: (other) => void others.push(other),
      async moveIn(nat, frameRate, lines) {
        const person = await invite();
        const home = lab.addHome(nat);
        const network = { namespace: home.namespace, origin: lab.origin };
        return {
          person,
          home,
          page: await open({ camera: 'busy', frameRate, network, ...(lines !== undefined && { lines }) }),
        };
      },
    });
    return { ...made, lab, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Builder {
  invite(): Promise<Person>;
  open(options: BrowserOptions): Promise<Page>;
  /** Does this when the browsers are closed. */
  closeLater(close: () => void): void;
  /** @param lines of their camera, instead of 720 */
  moveIn(nat: Nat, frameRate: number, lines?: number): Promise<At>;
}

/** One calls from their chat with the other, who accepts. */
async function ring(lab: Lab, caller: Pick<At, 'person' | 'page'>, callee: At, origin = lab.origin) {
  const there = { origin };
  const chat = await chatOf(await signInClient(there, caller.person), callee.person);
  await arrive(callee.page, lab, callee.person);
  await arriveCalling(caller.page, there, caller.person, chat);
  await accept(callee.page);
  await connected(caller.page, callee.page);
}

/** Opens a call of two, that both say is connected. The test closes it. */
export const openHomeCall = (annas: Nat, bens: Nat): Promise<HomeCall> =>
  inLab(async (lab, { moveIn }) => {
    const [anna, ben] = [await moveIn(annas, 30), await moveIn(bens, 30)];
    await ring(lab, anna, ben);
    return { anna, ben };
  });

/** The same over the relay, from which both are so many ms away, and which loses such a share of the packets on each of the two ways. */
export const openFarCall = (ms: number, lost: number): Promise<HomeCall> =>
  inLab(async (lab, { moveIn, closeLater }) => {
    closeLater((await openDistance(ms, lost)).close);
    const [anna, ben] = [await moveIn('easy', 30), await moveIn('easy', 30)];
    for (const { page } of [anna, ben]) await liveFarAway(page);
    await ring(lab, anna, ben);
    return { anna, ben };
  });

/**
 * The same with a Firefox that runs beside the server, because it can't be steered from another namespace: what it sends is
 * limited by what comes into the other home.
 */
export const openCallOfFirefox = (bens: Nat): Promise<Call & { firefox: Page; ben: At }> =>
  inLab(async (lab, { invite, open, moveIn }) => {
    const person = await invite();
    const firefox = await open({ engine: 'firefox' });
    await showBusyCamera(firefox);
    const ben = await moveIn(bens, 15);
    // By this address it lets a page have a camera without https.
    await ring(lab, { person, page: firefox }, ben, lab.server.origin);
    return { firefox, ben };
  });

/** Opens a call of a group of so many, each in a home of their own, which all have joined. The test closes it. */
export const openGroupCall = (count: number): Promise<GroupCall> =>
  inLab(async (lab, { moveIn }) => {
    const all: At[] = [];
    // As many browsers share this machine's cores.
    while (all.length < count) all.push(await moveIn('easy', 15, 360));
    const [first, ...others] = all;
    if (!first) throw new Error('nobody calls');
    for (const { page, person } of others) await arrive(page, lab, person);
    const client = await signInClient(lab, first.person);
    await visit(first.page, client, await gather(client, 'Family'));
    await follow(first.page, 'link', 'Video call');
    for (const { page } of others) await accept(page);
    await connected(...all.map(({ page }) => page));
    return { all };
  });
