/** Who lives on a test server: made by the administration command, signed in by form or by cookie. */
import type { Page } from 'puppeteer-core';
import { admin } from './admin.ts';
import { type Client, createClient } from './client.ts';
import type { Server } from './server.ts';
import { fill, follow } from './ui.ts';

export interface Person {
  username: string;
  displayName: string;
  password: string;
}

/** Where a server is reached: of its own process, or within the test's. */
type Address = Pick<Server, 'origin'>;

/** Runs `npm run admin -- …` on the server's data, in this process; throws what it complained of. */
const administer = async (server: Server, words: string[], password?: string): Promise<void> => {
  const { code, noted } = await admin(server.dataDir, words, password === undefined ? {} : { password });
  if (code !== 0) throw new Error(`admin ${words.join(' ')} ended with ${code}: ${noted}`);
};

/** Creates an account; the first one of a server is the owner. */
export const createPerson = async (
  server: Server,
  username: string,
  displayName: string,
): Promise<Person> => {
  const person = { username, displayName, password: `${username} keeps the light on` };
  await administer(server, ['create-user', username, '--display', displayName], person.password);
  return person;
};

export const befriend = (server: Server, one: Person, other: Person) =>
  administer(server, ['befriend', one.username, other.username]);

/** Anna, who owns the server, and Ben: two friends. */
export const createPair = async (server: Server): Promise<[Person, Person]> => {
  const anna = await createPerson(server, 'anna', 'Anna');
  const ben = await createPerson(server, 'ben', 'Ben');
  await befriend(server, anna, ben);
  return [anna, ben];
};

/** Signs in over HTTP. */
export const signInClient = async (server: Address, person: Person, language = 'en'): Promise<Client> => {
  const client = createClient(server.origin, language);
  const login = await client.get('/login');
  const token = /name="_csrf" value="([^"]*)"/.exec(login.body)?.[1] ?? '';
  const answer = await client.post('/login', {
    _csrf: token,
    username: person.username,
    password: person.password,
  });
  if (answer.status !== 200 || answer.path === '/login')
    throw new Error(`${person.username} could not sign in: ${answer.status} ${answer.path}`);
  return client;
};

/** Signs in as a person does: through the login page, in English. */
export const signIn = async (page: Page, server: Address, person: Person): Promise<void> => {
  await page.goto(`${server.origin}/login`);
  await fill(page, 'Username', person.username);
  await fill(page, 'Password', person.password);
  await follow(page, 'button', 'Sign in');
};

/** Gives a page the session of somebody who is signed in, and opens `path`. */
export const visit = async (page: Page, client: Client, path: string): Promise<void> => {
  const cookies = [...client.cookies()].map(([name, value]) => ({
    name,
    value,
    domain: new URL(client.origin).hostname,
    path: '/',
    httpOnly: true,
    sameSite: 'Lax' as const,
  }));
  await page.browserContext().setCookie(...cookies);
  await page.goto(`${client.origin}${path}`);
};

/** Signs a person in on a page without going through the login page, and opens `path`. */
export const arrive = async (page: Page, server: Address, person: Person, path = '/chats'): Promise<void> =>
  visit(page, await signInClient(server, person), path);

/** The address of the conversation of two friends, `/chats/<id>`, as the first one sees it. */
export const chatOf = async (client: Client, other: Person): Promise<string> => {
  const { body } = await client.get('/friends');
  const row = body.split('<li').find((part) => part.includes(`>${other.displayName}<`));
  const path = /href="(\/chats\/\d+)/.exec(row ?? '')?.[1];
  if (path === undefined) throw new Error(`${other.displayName} is nobody's friend`);
  return path;
};

/** The token that belongs into each form of this page. */
const tokenIn = (body: string): string => {
  const [, token] = /name="_csrf" value="([^"]*)"/.exec(body) ?? [];
  if (token === undefined) throw new Error('there is no form');
  return token;
};

/** Makes a group of this person and all their friends. @returns its address, `/chats/<id>` */
export const gather = async (client: Client, title: string): Promise<string> => {
  const { body } = await client.get('/chats/new');
  const fields = new URLSearchParams({ _csrf: tokenIn(body), title });
  for (const [, id = ''] of body.matchAll(/name="people" value="(\d+)"/g)) fields.append('people', id);
  const { path } = await client.post('/chats/new', fields);
  if (!/^\/chats\/\d+$/.test(path)) throw new Error(`no group was made: ${path}`);
  return path;
};

/** Takes somebody out of a group that this person is an admin of. */
export const takeOut = async (client: Client, group: string, { displayName }: Person): Promise<void> => {
  const { body } = await client.get(`${group}/people`);
  const [, remove] = new RegExp(`>${displayName}<[\\s\\S]*?action="([^"]+/remove)"`).exec(body) ?? [];
  if (remove === undefined) throw new Error(`${displayName} can't be taken out`);
  await client.post(remove, { _csrf: tokenIn(body) });
};
