/** What pages are told of a relay that runs beside the server, on a server that doesn't listen, so that none is started. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { requireProgram } from '../../../test/helpers/programs.ts';
import type { ServerMessage } from '../../protocol/server.ts';
import type { Connection } from './connections.ts';

let house: House;
let ana: Person;
let ben: Person;
let chat: number;
beforeEach(async () => {
  requireProgram('turnserver');
  ({ house, ana, ben, chat } = await openHouseOfFriends({ TURN: 'auto' }));
});
afterEach(() => house.close());

/** The addresses in what a page was sent. */
const urlsIn = (said: unknown): string[] =>
  [...JSON.stringify(said).matchAll(/"((?:stun|turns?):[^"]+)"/g)].map(([, url = '']) => url);

const waysTo = (host: string) => [
  `stun:${host}:3478`,
  `turn:${host}:3478?transport=udp`,
  `turn:${host}:3478?transport=tcp`,
];

test('a call page finds it where it found the server', async () => {
  const { body } = await ana.get(`/chats/${chat}/call`, { host: 'porch.local:3000' });
  const json = /id="call-data">([^<]*)</.exec(body)?.[1] ?? '';
  expect(urlsIn(JSON.parse(json))).toEqual(waysTo('porch.local'));
});

test('so does a page that is rung, and one that asks again', () => {
  const { calls } = house.app.services;
  const heard: { ana: ServerMessage[]; ben: ServerMessage[] } = { ana: [], ben: [] };
  const page = (person: Person, host: string, messages: ServerMessage[]): Connection => ({
    ...{ user: person.id, session: person.username, device: `${person.username}s-phone`, version: 2, host },
    send: (message) => void messages.push(message),
  });
  const anas = page(ana, 'porch.local', heard.ana);
  const bens = page(ben, '192.168.1.5:3000', heard.ben);
  for (const connection of [anas, bens]) calls.hello(connection);
  const offer = { type: 'offer', sdp: 'v=0' } as const;
  calls.handle(anas, { type: 'ring', key: 'a-key-of-the-ring', chat, media: 'voice', offer });
  const incoming = heard.ben.find(({ type }) => type === 'incoming');
  expect(urlsIn(incoming)).toEqual(waysTo('192.168.1.5'));
  const call = calls.ringingAt(ben.id)[0]?.call ?? '';
  calls.handle(anas, { type: 'ice', call });
  expect(urlsIn(heard.ana.at(-1))).toEqual(waysTo('porch.local'));
});
