import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { ANSWER, OFFER, type OldPhone, openOldPhone, unique } from '../../../test/helpers/phone.ts';
import { MAX_FRAME_BYTES } from '../../protocol/common.ts';
import { OLDEST_VERSION, PROTOCOL_VERSION } from '../../protocol/version.ts';

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

const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAAAA';

/** The status an upgrade is refused with, or 101. */
async function upgrade(headers: Record<string, string>): Promise<number | undefined> {
  const address = house.app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/calls/socket`, { headers });
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('error', () => {});
  });
}

describe('the upgrade', () => {
  test('is refused without a session, and from another site', async () => {
    expect(await upgrade({})).toBe(404);
    expect(await upgrade({ cookie: 'porchlight=nonsense' })).toBe(404);
    expect(await upgrade({ cookie: ana.cookie, origin: 'https://elsewhere.example' })).toBe(404);
    expect(await upgrade({ cookie: ana.cookie })).toBe(101);
  });
});

describe('hello', () => {
  const open = () => openSocket(house, '/calls/socket', { cookie: ana.cookie });

  test('comes first', async () => {
    const { socket, until } = await open();
    socket.send(JSON.stringify({ type: 'ping' }));
    expect(JSON.parse(await until(() => true))).toEqual({
      type: 'error',
      code: 'out-of-turn',
      about: 'ping',
    });
  });

  test('comes once', async () => {
    anas.say({ type: 'hello', version: PROTOCOL_VERSION, device: anas.device });
    expect(await anas.hears('error')).toEqual({ type: 'error', code: 'out-of-turn', about: 'hello' });
  });

  test.each([OLDEST_VERSION, PROTOCOL_VERSION])('is welcome in version %i', async (version) => {
    const { socket, until } = await open();
    socket.send(JSON.stringify({ type: 'hello', version, device: 'device-00' }));
    expect(JSON.parse(await until(() => true))).toEqual({ type: 'welcome', version });
  });

  test.each([OLDEST_VERSION - 1, PROTOCOL_VERSION + 1])('is refused in version %i', async (version) => {
    const { socket, until, closed } = await open();
    socket.send(JSON.stringify({ type: 'hello', version, device: 'device-00' }));
    expect(JSON.parse(await until(() => true))).toMatchObject({ type: 'error', code: 'version' });
    expect(await closed).toBe(4400);
  });

  test('speaks this version', async () => {
    const { socket, until, closed } = await open();
    socket.send(JSON.stringify({ type: 'hello', version: 999, device: 'device-00' }));
    expect(JSON.parse(await until(() => true))).toMatchObject({ type: 'error', code: 'version' });
    expect(await closed).toBe(4400);
  });

  test('is waited for ten seconds', async () => {
    const { closed } = await open();
    house.clock.advance(10_000);
    expect(await closed).toBe(4408);
    expect(await anas.settled()).toEqual([]);
  });
});

describe('a bad message is answered with a code, and the socket goes on', () => {
  test.each([
    ['nonsense', {}],
    ['null', {}],
    ['[]', {}],
    ['{"type":7}', {}],
    ['{"type":"dance"}', { about: 'dance' }],
    ['{"type":"accept","call":"short"}', { about: 'accept' }],
    [`{"type":"accept","call":"${UNKNOWN}","answer":{"type":"offer"}}`, { about: 'accept', call: UNKNOWN }],
    ['{"type":"ring","chat":-1}', { about: 'ring' }],
    ['{"__proto__":{"type":"ping"}}', {}],
  ])('%s', async (text, about) => {
    anas.sayRaw(text);
    expect(await anas.hears('error')).toEqual({ type: 'error', code: 'bad-message', ...about });
    expect(await anas.settled()).toHaveLength(1);
  });

  test('a binary frame', async () => {
    anas.sayRaw(Buffer.from('{"type":"ping"}'));
    expect(await anas.hears('error')).toEqual({ type: 'error', code: 'bad-message' });
  });

  test('a frame that is too large closes it', async () => {
    anas.sayRaw(JSON.stringify({ type: 'ping', filler: 'x'.repeat(MAX_FRAME_BYTES) }));
    expect(await anas.hears('error')).toEqual({ type: 'error', code: 'too-large' });
    expect(await anas.closed).toBe(1009);
  });

  test('a frame beyond all measure closes it as well', async () => {
    anas.sayRaw('x'.repeat(1024 * 1024));
    expect(await anas.closed).toBe(1009);
  });

  test('more messages than a page ever needs', async () => {
    const limit = 200;
    for (let at = 0; at < limit; at += 1) anas.say({ type: 'ping' });
    expect(await anas.hears('error')).toEqual({ type: 'error', code: 'too-many' });
    house.clock.advance(1000);
    const heard = await anas.settled();
    expect(heard.every(({ type }) => type === 'error')).toBe(true);
  });
});

describe('what is not one’s own does not exist', () => {
  test('calls of others and unknown ones are answered alike', async () => {
    const { call, member } = await anas.rings(chat);
    const cleo = await openOldPhone(house, await house.person('cleo'));
    for (const id of [call, UNKNOWN]) {
      cleo.say({ type: 'accept', call: id, answer: ANSWER });
      cleo.say({ type: 'decline', call: id });
      cleo.say({ type: 'hang-up', call: id });
      cleo.say({ type: 'description', call: id, to: member, description: OFFER });
      cleo.say({ type: 'candidates', call: id, to: member, candidates: [] });
      cleo.say({ type: 'resume', call: id, member, fresh: false });
      cleo.say({ type: 'ice', call: id });
      const heard = await cleo.settled();
      expect(heard).toHaveLength(7);
      for (const answer of heard)
        expect(answer).toMatchObject({ type: 'error', code: 'not-found', call: id });
    }
    expect((await anas.settled()).map(({ type }) => type)).toEqual(['ringing']);
  });

  test('unknown conversations', async () => {
    anas.say({ type: 'ring', key: unique('ring'), chat: 4711, media: 'voice', offer: OFFER });
    expect(await anas.hears('error')).toMatchObject({ code: 'not-found', about: 'ring' });
  });

  test('members of other calls, and oneself', async () => {
    const { call, member } = await anas.rings(chat);
    const bens = await openOldPhone(house, ben);
    bens.say({ type: 'accept', call });
    await anas.hears('accepted');
    for (const to of [UNKNOWN, member]) {
      anas.say({ type: 'candidates', call, to, candidates: [] });
      expect(await anas.hears('error')).toMatchObject({ code: 'not-found', about: 'candidates' });
    }
  });
});

describe('out of turn', () => {
  test('the caller cannot accept or decline, nor answer their own offer', async () => {
    const { call } = await anas.rings(chat);
    anas.say({ type: 'accept', call });
    anas.say({ type: 'decline', call });
    anas.say({ type: 'description', call, description: ANSWER });
    anas.say({ type: 'candidates', call, to: UNKNOWN, candidates: [] });
    const codes = (await anas.settled()).flatMap((heard) => (heard.type === 'error' ? [heard.code] : []));
    expect(codes).toEqual(Array(4).fill('out-of-turn'));
  });

  test('nothing is relayed in a call that is over', async () => {
    const { call } = await anas.rings(chat);
    anas.say({ type: 'hang-up', call });
    anas.say({ type: 'candidates', call, candidates: [] });
    expect(await anas.hears('error')).toMatchObject({ code: 'ended', about: 'candidates', call });
    anas.say({ type: 'hang-up', call });
    anas.say({ type: 'decline', call });
    const heard = await anas.settled();
    expect(heard.filter(({ type }) => type === 'ended')).toHaveLength(3);
  });
});

test('ICE servers are handed out afresh to members of a call', async () => {
  await house.close();
  ({ house, ana, ben, chat } = await openHouseOfFriends({
    TURN_URLS: 'turn:turn.example',
    TURN_SECRET: 'north',
  }));
  anas = await openOldPhone(house, ana);
  const { call } = await anas.rings(chat);
  anas.say({ type: 'ice', call });
  const { ice } = await anas.hears('ice');
  expect(ice.lifetime).toBe(3600);
  expect(ice.iceServers[0]?.username).toBe(`${house.clock.now() / 1000 + 3600}:${ana.id}`);
});

test('a session that ends takes its sockets and its calls with it', async () => {
  const bens = await openOldPhone(house, ben);
  const { call } = await anas.rings(chat);
  bens.say({ type: 'accept', call });
  await anas.hears('accepted');
  house.app.services.sessions.endAll(ana.id);
  expect(await anas.hears('ended')).toMatchObject({ call });
  expect(await anas.closed).toBe(4401);
  expect(await bens.hears('ended')).toMatchObject({ call, reason: 'hung-up' });
});
