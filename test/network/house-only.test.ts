/** A house that vouches for itself, called from networks that let nothing but TLS through. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenBrowser, openBrowser } from '../helpers/browsers.ts';
import { accept, connected, dial, hangUp } from '../helpers/calls.ts';
import { portOf } from '../helpers/checked.ts';
import { fakeClock } from '../helpers/clock.ts';
import { type House, openHouse, PASSWORD } from '../helpers/house.ts';
import { picturesChange } from '../helpers/media.ts';
import { signIn } from '../helpers/people.ts';
import { buildHome, buildProvider, IN_HOUSE } from './lab.ts';
import { noteConnections, wayToRelay } from './measure.ts';

let folder: string;
let house: House;
let origin: string;
let trusts: string;
let browsers: OpenBrowser[];

beforeEach(async () => {
  buildProvider();
  browsers = [];
  folder = mkdtempSync(join(tmpdir(), 'porchlight-house-'));
  house = await openHouse(
    { TLS: 'lan', TURN: 'auto', HOST: '0.0.0.0', HTTP_PORT: '0' },
    fakeClock(Date.now()),
  );
  const { app } = house;
  // The relay is started when the server listens, and takes the certificate that is there then.
  await app.services.tls.open('0.0.0.0');
  await app.listen({ port: 0, host: '0.0.0.0' });
  origin = `https://${IN_HOUSE}:${portOf(app.server)}`;
  trusts = join(folder, 'porchlight.crt');
  writeFileSync(trusts, app.services.tls.authority()?.certificate ?? '');
});
afterEach(async () => {
  for (const browser of browsers) await browser.close();
  await house.close();
  rmSync(folder, { recursive: true });
});

/** Somebody in a home of their own, who has signed in there. */
async function moveIn(username: string, chat: string): Promise<Page> {
  const { namespace } = buildHome('only-tls');
  const browser = await openBrowser({
    trusts,
    camera: 'green',
    frameRate: 8,
    network: { namespace, origin },
  });
  browsers.push(browser);
  const page = await browser.newPage({ width: 1000, height: 700 });
  await noteConnections(page);
  await signIn(page, { origin }, { username, displayName: username, password: PASSWORD });
  await page.goto(origin + chat);
  return page;
}

test('its relay is reached by TLS, with the certificate that it made itself', async () => {
  const [ana, ben] = [await house.person('ana'), await house.person('ben')];
  const { friends, chats } = house.app.services;
  friends.befriend(ana.id, ben.id);
  const chat = `/chats/${chats.directWith(ana.id, ben.id)}`;
  const [anas, bens] = [await moveIn('ana', chat), await moveIn('ben', chat)];
  await dial(anas, 'video');
  await accept(bens);
  await connected(anas, bens);
  await picturesChange(anas, 'ben');
  await picturesChange(bens, 'ana');
  expect([await wayToRelay(anas), await wayToRelay(bens)]).toEqual(['tls', 'tls']);
  await hangUp(anas, bens);
}, 180_000);
