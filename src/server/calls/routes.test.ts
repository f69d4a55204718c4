import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import {
  ANSWER,
  candidate,
  OFFER,
  type OldPhone,
  openOldPhone,
  unique,
} from '../../../test/helpers/phone.ts';
import { CallPageData } from '../../protocol/page.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
let anas: OldPhone;

beforeEach(async () => {
  ({ house, ana, ben, chat } = await openHouseOfFriends());
  anas = await openOldPhone(house, ana);
});
afterEach(() => house.close());

/** What the script of a call page is given. */
function dataOf({ body }: { body: string }): CallPageData {
  const json = /<script type="application\/json" id="call-data">([^<]*)<\/script>/.exec(body)?.[1];
  return v.parse(CallPageData, JSON.parse(json ?? ''));
}

/** A page has no devices, no holes, and no scripts but ours. */
function expectSound({ body }: { body: string }): void {
  expect(body).not.toContain('undefined');
  expect(body).not.toMatch(/calls?\.\w+\.\w+/);
  expect(body).not.toMatch(/<script(?![^>]*(src=|application\/json))/);
}

describe('the page that calls', () => {
  test.each(['voice', 'video'] as const)('%s', async (media) => {
    const page = await ben.get(`/chats/${chat}/call?media=${media}`);
    expect(page.statusCode).toBe(200);
    expectSound(page);
    expect(dataOf(page)).toMatchObject({ role: 'caller', chat, media, title: 'ana', isGroup: false });
    expect(page.headers['permissions-policy']).toContain('camera=(self), microphone=(self)');
    expect(page.headers['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.body).toMatch(/<script type="module" src="\/static\/build\/call-[\w-]+\.js">/);
  });

  test('rings nobody by being opened', async () => {
    await ben.get(`/chats/${chat}/call?media=video`);
    expect(house.app.services.calls.ringingAt(ana.id)).toEqual([]);
    expect(house.app.services.chats.history(chat).messages).toEqual([]);
  });

  test.each([
    ['a link of ours', 'same-origin', true],
    ['a browser that says nothing', undefined, true],
    ['another site', 'cross-site', false],
    ['another host or port of ours', 'same-site', false],
    ['a bookmark, a mail, or another program', 'none', false],
  ])('knows whether %s led to it', async (_, site, fromHere) => {
    const headers = { ...(site && { 'sec-fetch-site': site }) };
    const { call } = await anas.rings(chat);
    for (const url of [`/chats/${chat}/call?media=video`, `/calls/${call}`])
      expect(dataOf(await ben.get(url, headers))).toMatchObject({ fromHere });
  });

  test('asks before it calls, in words of its own', async () => {
    const url = `/chats/${chat}/call?media=video`;
    expect((await ben.get(url)).body).toContain('Call ana by video? Your camera and microphone stay off');
    expect((await ben.get(url, { 'accept-language': 'zh-CN' })).body).toContain('要与 ana 视频通话吗？');
  });

  test('has a panel of effects, which is asked for when somebody opens it', async () => {
    const panel = await ben.get('/calls/effects');
    expect(panel.statusCode).toBe(200);
    expectSound(panel);
    expect(panel.body).not.toMatch(/effects\.\w+\.\w+/);
    expect(panel.body).toContain('Plain green');
    const chinese = await ben.get('/calls/effects', { 'accept-language': 'zh-CN' });
    expect(chinese.body).toContain('纯绿色');
  });

  test('has a new key each time', async () => {
    const url = `/chats/${chat}/call`;
    const [first, second] = [dataOf(await ben.get(url)), dataOf(await ben.get(url))];
    expect(first).not.toEqual(second);
  });

  test('is for friends and their own conversations', async () => {
    const cleo = await house.person('cleo');
    expect((await cleo.get(`/chats/${chat}/call`)).statusCode).toBe(404);
    expect((await cleo.get('/chats/4711/call')).statusCode).toBe(404);
    house.app.services.friends.remove(ana.id, ben.id);
    const page = await ana.get(`/chats/${chat}/call`);
    expect(page.statusCode).toBe(403);
    expect(page.body).toContain('You can only call friends');
  });

  test('speaks the reader’s language', async () => {
    const page = await ben.get(`/chats/${chat}/call`, { 'accept-language': 'zh-CN' });
    expect(page.body).toContain('<html lang="zh-CN">');
    expectSound(page);
  });
});

describe('the page of a call', () => {
  test('carries the offer for the callee, and accepts nothing by itself', async () => {
    const { call } = await anas.rings(chat);
    anas.say({ type: 'candidates', call, candidates: [candidate('</script>')] });
    await anas.settled();
    const page = await ben.get(`/calls/${call}`);
    expectSound(page);
    expect(dataOf(page)).toMatchObject({
      role: 'callee',
      call,
      chat,
      media: 'video',
      ...{ title: 'ana', isGroup: false },
      offer: OFFER,
      candidates: [candidate('</script>')],
    });
    expect(page.body).toContain('ana is calling you by video.');
    expect(house.app.services.calls.find(call)?.state.name).toBe('ringing');
  });

  test('takes its caller back, while it rings and while it is on', async () => {
    const { call } = await anas.rings(chat);
    const ringing = dataOf(await ana.get(`/calls/${call}`));
    expect(ringing).toMatchObject({ role: 'returning', call });
    expect(ringing).not.toHaveProperty('answeredAt');
    const bens = await openOldPhone(house, ben);
    bens.say({ type: 'accept', call, answer: ANSWER });
    await bens.hears('accepted');
    for (const person of [ana, ben])
      expect(dataOf(await person.get(`/calls/${call}`))).toMatchObject({
        role: 'returning',
        call,
        answeredAt: house.clock.now(),
      });
  });

  test('says afterwards who, when and how long', async () => {
    const { call } = await anas.rings(chat, 'voice');
    const bens = await openOldPhone(house, ben);
    bens.say({ type: 'accept', call, answer: ANSWER });
    await bens.hears('accepted');
    house.clock.advance(65_000);
    bens.say({ type: 'hang-up', call });
    await bens.hears('ended');
    const page = await ben.get(`/calls/${call}`);
    expectSound(page);
    expect(page.body).toContain('<h1>Voice call with <span class="whole">ana</span></h1>');
    expect(page.body).toContain('<dd>ana</dd>');
    expect(page.body).toContain('1 min 5 sec');
    expect(page.body).toContain('datetime="2026-11-22T12:00:00.000Z"');
    expect(page.body).toContain(`href="/chats/${chat}/call?media=voice" data-press`);
    expect(page.headers['permissions-policy']).toContain('camera=()');
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  });

  test('shows what is kept of a call while it goes on, beside the page that is in it', async () => {
    const { call } = await anas.rings(chat, 'video');
    const bens = await openOldPhone(house, ben);
    bens.say({ type: 'accept', call, answer: ANSWER });
    await bens.hears('accepted');
    const page = await ben.get(`/calls/${call}/recordings`);
    expectSound(page);
    expect(page.body).toContain('<title>Video call with ana · Porchlight</title>');
    expect(page.body).not.toContain('id="call-data"');
    const cleo = await house.person('cleo');
    expect((await cleo.get(`/calls/${call}/recordings`)).statusCode).toBe(404);
  });

  test('does not exist for others', async () => {
    const { call } = await anas.rings(chat);
    const cleo = await house.person('cleo');
    expect((await cleo.get(`/calls/${call}`)).statusCode).toBe(404);
    expect((await cleo.get('/calls/AAAAAAAAAAAAAAAAAAAAAA')).statusCode).toBe(404);
    expect((await cleo.post(`/calls/${call}/decline`)).statusCode).toBe(404);
    expect(house.app.services.calls.find(call)?.state.name).toBe('ringing');
  });
});

describe('links that call or answer at a press', () => {
  /** The page's links to calls, and whether each is one of those. */
  const linksOf = ({ body }: { body: string }) =>
    [...body.matchAll(/<a ([^>]*href="[^"]*\/calls?[/?][^"]*"[^>]*)>/g)].map(([, attributes = '']) => [
      /href="([^"]*)"/.exec(attributes)?.[1],
      attributes.includes('data-press'),
    ]);

  test('are those of our own pages', async () => {
    const own = ['voice', 'video'].map((media) => [`/chats/${chat}/call?media=${media}`, true]);
    expect(linksOf(await ben.get(`/chats/${chat}`))).toEqual(own);
    expect(linksOf(await ben.get('/friends'))).toEqual(own);
    expect(linksOf(await ben.get(own[0]?.[0]?.toString() ?? ''))).toEqual([own[0]]);
  });

  test('a call’s entry in the chat is one for as long as the call is on', async () => {
    const { call } = await anas.rings(chat);
    expect(linksOf(await ben.get(`/chats/${chat}`))).toContainEqual([`/calls/${call}`, true]);
    anas.say({ type: 'hang-up', call });
    await anas.hears('ended');
    expect(linksOf(await ben.get(`/chats/${chat}`))).toContainEqual([`/calls/${call}`, false]);
  });

  test('are none that somebody else has written', async () => {
    const { call } = await anas.rings(chat);
    const written = [`http://localhost/chats/${chat}/call?media=video`, `http://localhost/calls/${call}`];
    for (const body of [...written, `<a href="/calls/${call}" data-press>Photos</a>`])
      await ana.post(`/chats/${chat}`, { body, key: unique('message') });
    const links = linksOf(await ben.get(`/chats/${chat}`));
    for (const href of written) expect(links).toContainEqual([href, false]);
    expect(links.filter(([href, isPress]) => href === `/calls/${call}` && isPress)).toHaveLength(1);
  });
});

describe('declining from any page', () => {
  test('by a form', async () => {
    const { call } = await anas.rings(chat);
    const answer = await ben.post(`/calls/${call}/decline`);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/chats']);
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'declined' });
    expect((await ben.post(`/calls/${call}/decline`)).statusCode).toBe(303);
  });

  test('by htmx takes the ring off the page', async () => {
    const { call } = await anas.rings(chat);
    const answer = await ben.post(`/calls/${call}/decline`, {}, { 'hx-request': 'true' });
    expect(answer.body.trim()).toBe(`<div id="ring-${call}" hx-swap-oob="delete"></div>`);
  });

  test('needs the token of a form, and is not for the caller', async () => {
    const { call } = await anas.rings(chat);
    expect((await ben.post(`/calls/${call}/decline`, { _csrf: 'made-up' })).statusCode).toBe(403);
    await ana.post(`/calls/${call}/decline`);
    expect(house.app.services.calls.find(call)?.state.name).toBe('ringing');
  });
});

describe('the ring on open pages', () => {
  const open = (person: Person) => openSocket(house, '/live', { cookie: person.cookie });
  const has = (text: string) => (html: string) => html.includes(text);

  test('comes as HTML, and goes', async () => {
    const page = await open(ben);
    const { call } = await anas.rings(chat, 'voice');
    const ring = await page.until(has('alertdialog'));
    expect(ring).toContain('Incoming call');
    expect(ring).toContain('ana · Voice call');
    expect(ring).toContain(`<a class="button primary" href="/calls/${call}" data-press>`);
    expect(ring).toContain('<audio autoplay loop src="/static/sounds/ring.mp3">');
    expect(ring).toMatch(/<link rel="prefetch"[^>]* href="\/static\/build\/call-/);
    anas.say({ type: 'hang-up', call });
    await page.until(has(`<div id="ring-${call}" hx-swap-oob="delete">`));
  });

  test('is there on a page that opens while it rings; one that comes back too late falls silent', async () => {
    const { call } = await anas.rings(chat);
    await (await open(ben)).until(has(`data-call="${call}"`));
    anas.say({ type: 'hang-up', call });
    await anas.hears('ended');
    await (await open(ben)).until(has('<div id="ring" hx-swap-oob="true"></div>'));
  });

  test('makes no sound for who has switched it off', async () => {
    await ben.post('/settings', { locale: 'en' });
    const page = await open(ben);
    await anas.rings(chat);
    expect(await page.until(has('alertdialog'))).not.toContain('<audio');
  });

  test('is a quiet notice for who is in a call', async () => {
    const bens = await openOldPhone(house, ben);
    const { call } = await anas.rings(chat);
    bens.say({ type: 'accept', call });
    await bens.hears('accepted');
    const cleo = await house.person('cleo');
    house.app.services.friends.befriend(cleo.id, ben.id);
    const page = await open(ben);
    const cleos = await openOldPhone(house, cleo);
    const other = house.app.services.chats.directWith(cleo.id, ben.id);
    cleos.say({ type: 'ring', key: 'cleo-rings-ben', chat: other, media: 'voice', offer: OFFER });
    expect(await page.until(has('id="notices"'))).toContain('Missed voice call from cleo');
    expect(page.received.filter(has('alertdialog'))).toEqual([]);
  });
});

describe('a call that goes on, on every other page', () => {
  let bens: OldPhone;
  beforeEach(async () => {
    bens = await openOldPhone(house, ben);
  });

  async function talking(): Promise<string> {
    const { call } = await anas.rings(chat);
    bens.say({ type: 'accept', call, answer: ANSWER });
    await bens.hears('accepted');
    return call;
  }

  /** Gets a page with another session, as another device of theirs does. */
  async function elsewhere(person: Person, url: string) {
    const { sessions, accounts } = house.app.services;
    const cookie = await sessions.start(person.id, 'tablet', accounts.passwordHash(person.id) ?? '');
    return house.app.inject({ url, headers: { cookie: cookie?.split(';')[0] ?? '' } });
  }

  const wayBack = (call: string) => `<a class="button" href="/calls/${call}" data-press>Return to call</a>`;

  test('has a way back for those who are in it, in the browser that is', async () => {
    const { call } = await anas.rings(chat);
    expect((await ana.get('/settings')).body).toContain(wayBack(call));
    expect((await ben.get('/settings')).body).not.toContain('Return to call');
    bens.say({ type: 'accept', call, answer: ANSWER });
    await bens.hears('accepted');
    for (const url of ['/chats', `/chats/${chat}`, '/friends', '/settings'])
      expect((await ben.get(url)).body).toContain(wayBack(call));
    expect((await elsewhere(ben, '/chats')).body).not.toContain('Return to call');
    // Its page may have been left.
    bens.say({ type: 'leave', call });
    await bens.settled();
    expect((await ben.get('/chats')).body).toContain(wayBack(call));
    anas.say({ type: 'hang-up', call });
    await anas.hears('ended');
    expect((await ben.get('/chats')).body).not.toContain('Return to call');
  });

  test('comes to open pages, and goes from them', async () => {
    const page = await openSocket(house, '/live', { cookie: ben.cookie });
    const call = await talking();
    await page.until((html) => html.includes('id="call-now"') && html.includes(wayBack(call)));
    const before = page.received.length;
    anas.say({ type: 'hang-up', call });
    const gone = await page.until((html) => html.includes('id="call-now"'), before);
    expect(gone).not.toContain('/calls/');
  });

  test('is taken over by another tab of that browser, and not by another device', async () => {
    const call = await talking();
    const [here, there] = [await ben.get(`/calls/${call}`), await elsewhere(ben, `/calls/${call}`)];
    const data = dataOf(here);
    if (data.role !== 'returning' || !data.member) throw new Error('no place');
    expect(dataOf(there)).not.toHaveProperty('member');
    const tab = await openOldPhone(house, ben);
    tab.say({ type: 'resume', call, member: data.member, fresh: true });
    expect(await tab.hears('resumed')).toMatchObject({ call, state: 'active' });
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'answered-elsewhere' });
    expect(house.app.services.calls.find(call)?.state.name).toBe('active');
  });

  test('can be ended there, which both sides hear at once', async () => {
    const call = await talking();
    const cleo = await house.person('cleo');
    expect((await cleo.post(`/calls/${call}/hang-up`)).statusCode).toBe(404);
    const answer = await ben.post(`/calls/${call}/hang-up`);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `/chats/${chat}`]);
    expect(await anas.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
    expect(await bens.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
    const again = await ben.post(`/calls/${call}/hang-up`, {}, { 'hx-request': 'true' });
    expect(again.body.replace(/\s/g, '')).toBe('<divid="call-now"class="call-now"hx-swap-oob="true"></div>');
  });

  test('is not ended by who hasn’t answered; its caller cancels it', async () => {
    const { call } = await anas.rings(chat);
    await ben.post(`/calls/${call}/hang-up`);
    expect(house.app.services.calls.find(call)?.state).toEqual({ name: 'ringing' });
    await ana.post(`/calls/${call}/hang-up`);
    expect(house.app.services.calls.find(call)?.state).toEqual({ name: 'ended', reason: 'cancelled' });
  });
});
