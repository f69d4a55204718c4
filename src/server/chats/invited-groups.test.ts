/** Invitations that lead into groups, and the first group of a house. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { admin } from '../../../test/helpers/admin.ts';
import { type House, openHouse, type Person, tokenIn } from '../../../test/helpers/house.ts';

let house: House;
let ana: Person;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const services = () => house.app.services;
const groupsOf = ({ id }: { id: number }) =>
  services()
    .chats.lines(id)
    .filter(({ otherId }) => !otherId);

/** Fills in a form of a page for strangers. @returns who has come in by it */
async function comeIn(url: string, username: string, more: Record<string, string> = {}) {
  const page = await house.app.inject(url);
  const { token, cookie } = tokenIn(page);
  const payload = new URLSearchParams({
    ...{ _csrf: token, username, displayName: username, password: 'porch-light', ...more },
  }).toString();
  const answer = await house.app.inject({
    ...{ method: 'POST', url, payload },
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(answer.statusCode).toBe(303);
  const user = services().accounts.userByUsername(username);
  if (!user) throw new Error(`${username} has not come in`);
  return user;
}
const setupUrl = () => `/setup?code=${encodeURIComponent(services().setup.code() ?? '')}`;
/** Makes an invitation by the form as the page has it. @returns its address */
async function invite(more: Record<string, string> = {}): Promise<string> {
  expect((await ana.post('/friends/invitations', { days: '7', uses: '5', ...more })).statusCode).toBe(303);
  return /\/join\/[\w-]+/.exec((await ana.get('/friends')).body)?.[0] ?? '';
}

test('the setup makes a first group if that is wished, into which invitations lead', async () => {
  expect((await house.app.inject(setupUrl())).body).toContain(
    'Create a group “Family” with everyone I invite',
  );
  const owner = await comeIn(setupUrl(), 'mei', { family: 'yes' });
  expect(groupsOf(owner).map(({ name }) => name)).toEqual(['Family']);
  // By the command line as well.
  const { said } = await admin(house.dataDir, ['invite']);
  const newcomer = await comeIn(new URL(said).pathname, 'ben');
  expect(groupsOf(newcomer).map(({ name }) => name)).toEqual(['Family']);
});

test('the setup makes none by itself', async () => {
  expect(groupsOf(await comeIn(setupUrl(), 'mei'))).toEqual([]);
});

test('whoever comes by an invitation is in the groups that were ticked, and reads them from then on', async () => {
  ana = await house.person('ana');
  const [home, other] = [true, false].map((isHome) =>
    services().groups.create(ana.id, isHome ? 'Home' : 'Other', [], isHome),
  );
  const { body } = await ana.get('/friends');
  expect(body).toMatch(new RegExp(`name="groups" value="${home}" checked`));
  expect(body).toMatch(new RegExp(`name="groups" value="${other}">`));
  await ana.post(`/chats/${other}`, { key: 'a-key-of-some-length', body: 'Before' });
  const url = await invite({ groups: `${other}` });
  expect((await ana.get('/friends')).body).toContain('· Adds people to “Other”');

  const newcomer = await comeIn(url, 'ben');
  expect(groupsOf(newcomer).map(({ id }) => id)).toEqual([other]);
  expect((await ana.get(`/chats/${other}`)).body).toContain('You added ben');
  expect(services().chats.readsAfter(other ?? 0, newcomer.id)).toBeGreaterThan(0);

  // Somebody with an account follows it likewise.
  const cleo = await house.person('cleo');
  expect((await cleo.post(`${url}/friend`)).statusCode).toBe(303);
  expect(groupsOf(cleo).map(({ id }) => id)).toEqual([other]);
});

test('an invitation leads into no group of others, and into none that its maker has left', async () => {
  ana = await house.person('ana');
  const eve = await house.person('eve');
  const hers = services().groups.create(eve.id, 'Hers', []);
  const left = services().groups.create(ana.id, 'Left', []) ?? 0;
  const url = await invite({ groups: `${hers}` });
  expect((await ana.get('/friends')).body).not.toContain('Hers');
  expect(groupsOf(await comeIn(url, 'ben'))).toEqual([]);
  const other = await invite({ groups: `${left}` });
  services().groups.leave(left, ana.id);
  const cleo = await comeIn(other, 'cleo');
  expect(groupsOf(cleo)).toEqual([]);
  expect(services().friends.areFriends(ana.id, cleo.id)).toBe(true);
});
