/** How pages look is a matter of the device: it is kept in a cookie, and each page comes as it is to be shown. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';

let house: House;
let ana: Person;
let chat: number;
beforeEach(async () => {
  ({ house, ana, chat } = await openHouseOfFriends());
});
afterEach(() => house.close());

/** Chooses in Settings, and returns what the browser is told to keep. */
async function choose(form: Record<string, string>) {
  const answer = await ana.post('/settings/display', form);
  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe('/settings?done=display#display');
  return answer.cookies.find(({ name }) => name === 'appearance');
}

const htmlOf = (body: string) => /<html[^>]*>/.exec(body)?.[0];
const schemeOf = (body: string) => /name="color-scheme" content="([^"]*)"/.exec(body)?.[1];

test('a theme and a size of text are sent with every page, signed in or not', async () => {
  const kept = await choose({ theme: 'dark', textSize: '150' });
  expect(kept).toMatchObject({ value: 'dark.150', path: '/', httpOnly: true, sameSite: 'Lax' });
  const cookie = `${ana.cookie}; appearance=${kept?.value}`;
  const pages = ['/settings', '/chats', `/chats/${chat}`, `/chats/${chat}/newer?after=0`, '/nothing/here'];
  for (const page of pages) {
    const { body } = await ana.get(page, { cookie });
    expect(htmlOf(body), page).toBe('<html lang="en" data-theme="dark" data-text="150">');
    expect(schemeOf(body), page).toBe('dark');
  }
  const login = await house.app.inject({ url: '/login', headers: { cookie: `appearance=${kept?.value}` } });
  expect(htmlOf(login.body)).toContain('data-theme="dark" data-text="150"');
  const settings = (await ana.get('/settings', { cookie })).body;
  expect(settings).toMatch(/value="150" selected[\s\S]*value="dark" selected/);
});

test('without a choice, or with one of another make, the device decides', async () => {
  const cookies = ['', '; appearance=.', '; appearance=%22onload.900', '; appearance=neon.75.dark'];
  for (const extra of cookies) {
    const { body } = await ana.get('/settings', { cookie: ana.cookie + extra });
    expect(htmlOf(body), extra).toBe('<html lang="en">');
    expect(schemeOf(body), extra).toBe('light dark');
  }
  expect(await choose({ theme: 'neon', textSize: '' })).toMatchObject({ value: '' });
  expect(await choose({ textSize: '125' })).toMatchObject({ value: '.125' });
});

test('the cookie is sent over https alone where people come by https', async () => {
  await house.close();
  ({ house, ana } = await openHouseOfFriends({ PUBLIC_URL: 'https://porch.example' }));
  expect(await choose({ theme: 'light' })).toMatchObject({ value: 'light.', secure: true });
});

test('one signs out in Settings, beside this device', async () => {
  const { body } = await ana.get('/settings');
  const devices = body.slice(body.indexOf('id="devices"'));
  const row = devices.split('<li').find((part) => part.includes('This device'));
  expect(row).toMatch(/action="\/logout"[\s\S]*Sign out/);
});
