/** A whole server in this process, on a real database file in a folder of its own, with time in the test's hands. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { WebSocket } from 'ws';
import { hashPassword } from '../../src/server/accounts/passwords.ts';
import { buildApp } from '../../src/server/app.ts';
import { readConfig } from '../../src/server/config.ts';
import type { Deliver } from '../../src/server/push/delivery.ts';
import { type FakeClock, fakeClock } from './clock.ts';

export type House = {
  app: FastifyInstance;
  clock: FakeClock;
  dataDir: string;
  /** Adds a person with the password "porch-light"; the first is the owner. */
  person(username: string): Promise<Person>;
  /**
   * Listens on a free port, unless it does so already, and from then on after each restart. What nobody waits for at a start,
   * such as the sweep of files, the server does then.
   */
  listen(): Promise<void>;
  /** Closes the server and opens it again on the same data. */
  restart(): Promise<void>;
  /** Also where it is closed already, so that a test which failed halfway doesn't make the next one fail. */
  close(): Promise<void>;
};

/** Somebody signed in over HTTP, as a browser would be. */
export type Person = {
  id: number;
  username: string;
  cookie: string;
  /** What belongs into each form. */
  token: string;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Posts a form with the token that belongs in it. */
  post(
    url: string,
    form?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
};

export const PASSWORD = 'porch-light';

/**
 * @param clock for a test that needs another time than that of the others
 * @param deliver for one whose devices have subscribed with a push service
 */
export async function openHouse(
  environment: Record<string, string> = {},
  clock: FakeClock = fakeClock(),
  deliver?: Deliver,
): Promise<House> {
  const dataDir = mkdtempSync(join(tmpdir(), 'porchlight-'));
  const config = readConfig({ LOG_LEVEL: 'fatal', DATA_DIR: dataDir, ...environment });
  const open = () => buildApp(config, clock, deliver);
  let listens = false;
  const house: House = {
    app: await open(),
    clock,
    dataDir,
    person: (username) => addPerson(house, username),
    async listen() {
      listens = true;
      if (!house.app.server.listening) await house.app.listen({ port: 0, host: '127.0.0.1' });
    },
    async restart() {
      await house.app.close();
      house.app = await open();
      if (listens) await house.listen();
    },
    async close() {
      await house.app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return house;
}

/** A house with two friends, the first of them its owner, and their chat. */
export async function openHouseOfFriends(
  environment: Record<string, string> = {},
  deliver?: Deliver,
): Promise<{
  house: House;
  ana: Person;
  ben: Person;
  chat: number;
}> {
  const house = await openHouse(environment, undefined, deliver);
  const [ana, ben] = [await house.person('ana'), await house.person('ben')];
  const { friends, chats } = house.app.services;
  friends.befriend(ana.id, ben.id);
  return { house, ana, ben, chat: chats.directWith(ana.id, ben.id) };
}

/** Of `PASSWORD`: made once for all people of all tests, because making one is meant to be slow. */
let hash: Promise<string> | undefined;

async function addPerson(house: House, username: string): Promise<Person> {
  const { accounts, sessions, clock } = house.app.services;
  hash ??= hashPassword(PASSWORD);
  const passwordHash = await hash;
  const id = accounts.insertUser({
    ...{ username, displayName: username, passwordHash, isOwner: !accounts.hasUsers() },
    createdAt: clock.now(),
  });
  if (id === undefined) throw new Error(`there is a ${username} already`);
  const session = (await sessions.start(id, 'vitest', passwordHash))?.split(';')[0] ?? '';
  return signedIn(house, { id, username, session });
}

/** The token of a form on a page, and the cookie it belongs to. */
export function tokenIn(page: LightMyRequestResponse): { token: string; cookie: string } {
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1];
  const cookie = page.cookies.find(({ name }) => /^(__Host-)?csrf$/.test(name));
  if (!token || !cookie) throw new Error('the page has no form with a token');
  return { token, cookie: `${cookie.name}=${cookie.value}` };
}

async function signedIn(
  house: House,
  { id, username, session }: { id: number; username: string; session: string },
): Promise<Person> {
  const page = await house.app.inject({ url: '/settings', headers: { cookie: session } });
  const { token, cookie: secret } = tokenIn(page);
  const cookie = `${session}; ${secret}`;
  return {
    id,
    username,
    cookie,
    token,
    get: (url, headers = {}) => house.app.inject({ url, headers: { cookie, ...headers } }),
    post: (url, form = {}, headers = {}) =>
      house.app.inject({
        method: 'POST',
        url,
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams({ _csrf: token, ...form }).toString(),
      }),
  };
}

/** The same person on another device. */
export async function onAnotherDevice(house: House, { id, username }: Person): Promise<Person> {
  const { accounts, sessions } = house.app.services;
  const session = await sessions.start(id, 'tablet', accounts.passwordHash(id) ?? '');
  return signedIn(house, { id, username, session: session?.split(';')[0] ?? '' });
}

/** A socket to a server of this process, with everything it was sent. */
export type Socket = {
  socket: WebSocket;
  received: string[];
  /** The first message from `from` on that satisfies the test, as soon as it is there. */
  until(test: (message: string) => boolean, from?: number): Promise<string>;
  /** The code the socket was closed with. */
  closed: Promise<number>;
};

/** Opens a socket as a page of this server would; listens on a free port first if nothing does. */
export async function openSocket(
  house: House,
  path: string,
  headers: Record<string, string>,
): Promise<Socket> {
  await house.listen();
  const address = house.app.server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  const host = `127.0.0.1:${address.port}`;
  const socket = new WebSocket(`ws://${host}${path}`, { headers: { origin: `http://${host}`, ...headers } });
  const received: string[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    received.push(String(data));
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    socket,
    received,
    closed,
    until: (test, from = 0) =>
      new Promise((resolve) => {
        const look = () => {
          const found = received.slice(from).find(test);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}
