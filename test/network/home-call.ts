/** A call between homes, each with a browser of its own whose camera is hard to encode. */
import type { Page } from 'puppeteer-core';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, arriveCalling, connected } from '../helpers/calls.ts';
import { arrive, chatOf, createPair, signInClient } from '../helpers/people.ts';
import { type Home, type Lab, type Nat, openLab } from './lab.ts';
import { noteConnections } from './measure.ts';

export interface At {
  home: Home;
  page: Page;
}

export interface HomeCall {
  readonly lab: Lab;
  readonly anna: At;
  readonly ben: At;
  close(): Promise<void>;
}

/** Opens a call that Anna has rung Ben for, and that both say is connected. The test closes it. */
export async function openHomeCall(annas: Nat, bens: Nat): Promise<HomeCall> {
  const lab = await openLab();
  const browsers: OpenBrowser[] = [];
  const close = async () => {
    for (const browser of browsers) await browser.close();
    await lab.close();
  };
  const moveIn = async (nat: Nat, pitch: number): Promise<At> => {
    const home = lab.addHome(nat);
    const browser = await openBrowser({
      ...{ pitch, camera: 'busy', frameRate: 30 },
      network: { namespace: home.namespace, origin: lab.origin },
    });
    browsers.push(browser);
    const page = await browser.newPage({ width: 1000, height: 700 });
    await noteConnections(page);
    return { home, page };
  };
  try {
    const [annaHerself, benHimself] = await createPair(lab.server);
    const chat = await chatOf(await signInClient(lab, annaHerself), benHimself);
    const [anna, ben] = [await moveIn(annas, 440), await moveIn(bens, 660)];
    await arrive(ben.page, lab, benHimself);
    await arriveCalling(anna.page, lab, annaHerself, chat);
    await accept(ben.page);
    await connected(anna.page, ben.page);
    return { lab, anna, ben, close };
  } catch (error) {
    await close();
    throw error;
  }
}
