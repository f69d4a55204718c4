/** Who may do what in a group, and what each of its people sees of it. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, openSocket, type Person } from '../../../test/helpers/house.ts';
import { eventually } from '../../../test/helpers/poll.ts';
import { upload } from '../../../test/helpers/upload.ts';
import { MOST_GROUPS, MOST_MEMBERS } from './groups.ts';

let house: House;
let ana: Person;
let ben: Person;
let cleo: Person;
let eve: Person;
let direct: number;
let group: number;

const services = () => house.app.services;
const send = (person: Person, body: string, chat = group) =>
  person.post(`/chats/${chat}`, { key: randomUUID(), body });
const page = async (person: Person, path = `/chats/${group}`) => (await person.get(path)).body;
const form = (fields: [string, string][]) => new URLSearchParams(fields).toString();
/** Posts a form in which a field may come more than once. */
const postAll = (person: Person, url: string, fields: [string, string][]) =>
  house.app.inject({
    ...{ method: 'POST', url, payload: form([['_csrf', person.token], ...fields]) },
    headers: { cookie: person.cookie, 'content-type': 'application/x-www-form-urlencoded' },
  });
const make = async (title: string, ...people: Person[]) => {
  const answer = await postAll(ana, '/chats/new', [
    ['title', title],
    ...people.map((person): [string, string] => ['people', `${person.id}`]),
  ]);
  expect(answer.statusCode).toBe(303);
  return Number(/^\/chats\/(\d+)#end$/.exec(String(answer.headers.location))?.[1]);
};
const members = () => services().chats.members(group);

beforeEach(async () => {
  ({ house, ana, ben, chat: direct } = await openHouseOfFriends());
  [cleo, eve] = [await house.person('cleo'), await house.person('eve')];
  for (const person of [cleo, eve]) services().friends.befriend(ana.id, person.id);
  group = await make('Family', ben, cleo);
});
afterEach(() => house.close());

describe('made from friends', () => {
  test('it stands in the list of each, with who made it, and is nobody’s news', async () => {
    for (const [person, words] of [
      [ana, 'You created the group “Family”'],
      [ben, 'ana created the group “Family”'],
    ] as const) {
      const list = await page(person, '/chats');
      expect(list).toContain(`href="/chats/${group}#end">Family`);
      expect(list).toContain(words);
      expect(await page(person)).toContain(words);
    }
    expect(await page(eve, '/chats')).not.toContain('Family');
    expect((await eve.get(`/chats/${group}`)).statusCode).toBe(404);
    expect(services().chats.unreadConversations(ben.id)).toBe(0);
  });

  test('a form with mistakes comes back as it was filled in', async () => {
    const answer = await postAll(ana, '/chats/new', [
      ['title', ' '],
      ['people', `${ben.id}`],
    ]);
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('Enter a name of 1 to 50 characters.');
    expect(answer.body).toMatch(new RegExp(`value="${ben.id}" checked`));
    expect(answer.body).not.toMatch(new RegExp(`value="${cleo.id}" checked`));
    const alone = await ana.post('/chats/new', { title: 'Nobody' });
    expect(alone.statusCode).toBe(422);
    expect(alone.body).toContain('Choose at least one person.');
    expect(alone.body).toContain('value="Nobody"');
  });

  test('nobody who is in a hundred groups makes another', async () => {
    for (let n = 1; n < MOST_GROUPS; n++) services().groups.create(ana.id, `Group ${n}`, []);
    const answer = await postAll(ana, '/chats/new', [
      ['title', 'One more'],
      ['people', `${ben.id}`],
    ]);
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toMatch(/You.*re in 100 groups already/);
    expect(services().groups.create(ben.id, 'Of Ben', [])).toBeDefined();
  });

  test('nor is somebody who is in a hundred put into another, and the form says so', async () => {
    const { groups, chats } = services();
    for (let n = 1; n < MOST_GROUPS; n++) groups.create(ben.id, `Group ${n}`, []);
    for (const [path, title] of [
      ['/chats/new', 'Two'],
      [`/chats/${await make('Other', cleo)}/people`, ''],
    ] as const) {
      const answer = await postAll(ana, path, [
        ['title', title],
        ['people', `${ben.id}`],
        ['people', `${eve.id}`],
      ]);
      expect([409, 422]).toContain(answer.statusCode);
      expect(answer.body).toMatch(/Somebody you chose is in 100 groups already and can.*t be added/);
      // The others are still chosen.
      expect(answer.body).toMatch(new RegExp(`value="${eve.id}" checked`));
      expect(answer.body).not.toMatch(new RegExp(`value="${ben.id}" checked`));
    }
    const made = groups.create(ana.id, 'Three', [ben.id, eve.id]) ?? 0;
    groups.add(made, ana.id, [ben.id, cleo.id], true);
    expect(chats.members(made)).toEqual([ana.id, cleo.id, eve.id]);
  });

  test('who is no friend is left out, however the form was made', async () => {
    services().friends.remove(ana.id, eve.id);
    const made = await make('Two', ben, eve);
    expect(services().chats.members(made)).toEqual([ana.id, ben.id]);
  });
});

describe('what is written in it', () => {
  test('is read by all, with names over it, and answered by people who are no friends', async () => {
    await send(ana, 'Who comes on Sunday?');
    await send(ben, 'I do');
    expect((await send(cleo, 'So do I')).statusCode).toBe(303);
    const seen = await page(cleo);
    expect(seen).toMatch(/class="author">ana<[\s\S]*Who comes on Sunday\?/);
    expect(seen).toMatch(/class="author">ben<[\s\S]*I do/);
    expect(seen).not.toMatch(/class="author">cleo</);
    expect((await send(eve, 'Me too?')).statusCode).toBe(404);
    expect(
      services()
        .chats.lines(ben.id)
        .find(({ id }) => id === group)?.unread,
    ).toBe(1);
  });

  test('says by whom it was seen, and of a block neither side learns', async () => {
    await send(ana, 'Seen?');
    const { chats, friends } = services();
    expect(await page(ana)).not.toContain('Seen by');
    chats.read(group, ben.id, chats.newestId(group));
    chats.read(group, cleo.id, chats.newestId(group));
    expect(await page(ana)).toContain('Seen by ben and cleo');
    friends.block(cleo.id, ana.id);
    expect(await page(ana)).toContain('Seen by ben<');
  });

  test('has calls, for who is in it', async () => {
    expect(await page(ben)).toContain('/call?media=voice');
    expect((await ben.get(`/chats/${group}/call?media=voice`)).statusCode).toBe(200);
    expect((await eve.get(`/chats/${group}/call?media=voice`)).statusCode).toBe(404);
  });
});

test('changes are thirty a minute for each person, whatever they change', async () => {
  const rename = (person: Person, title: string) => person.post(`/chats/${group}/title`, { title });
  for (let n = 0; n < 29; n++) expect((await rename(ana, `Name ${n}`)).statusCode).toBe(303);
  const rev = services().chats.rev(group);
  for (const path of [
    '/chats/new',
    ...['title', 'people', 'picture/remove', `people/${ben.id}/remove`, `people/${ben.id}/admin`].map(
      (end) => `/chats/${group}/${end}`,
    ),
  ]) {
    const answer = await ana.post(path, { title: 'Once more', people: `${eve.id}` });
    expect(answer.statusCode, path).toBe(429);
    expect(answer.body).toContain('That was a lot of changes at once.');
  }
  const picture = { name: 'x.png', bytes: Buffer.from('x') };
  const sent = await upload(house, ana, `/chats/${group}/picture`, picture, {});
  expect(sent.statusCode).toBe(429);
  expect(services().chats.rev(group)).toBe(rev);
  expect((await rename(ben, 'Of Ben')).statusCode).toBe(303);
  expect((await ana.post(`/chats/${group}/leave`)).statusCode).toBe(303);
  house.clock.advance(60_000);
  expect((await ana.post('/chats/new', { title: 'Later', people: `${ben.id}` })).statusCode).toBe(303);
});

describe('people', () => {
  test('are added by anybody in it from among their friends, and the chat says so', async () => {
    expect((await ben.post(`/chats/${group}/people`, { people: `${eve.id}` })).statusCode).toBe(403);
    expect((await eve.post(`/chats/${group}/people`, { people: `${eve.id}` })).statusCode).toBe(404);
    expect(members()).toEqual([ana.id, ben.id, cleo.id]);
    services().friends.befriend(ben.id, eve.id);
    expect((await ben.post(`/chats/${group}/people`, { people: `${eve.id}` })).statusCode).toBe(303);
    expect(members()).toEqual([ana.id, ben.id, cleo.id, eve.id]);
    expect(await page(ben)).toContain('You added eve');
    expect(await page(cleo)).toContain('ben added eve');
    // Added once more, nothing happens.
    const { rev } = services().chats;
    const before = rev(group);
    await ben.post(`/chats/${group}/people`, { people: `${eve.id}` });
    expect(rev(group)).toBe(before);
  });

  test.each([
    ['from now on', 'now'],
    ['everything', 'start'],
  ] as const)('who was added reads %s', async (_, from) => {
    await send(ben, 'Before');
    const old = services().chats.newestId(group);
    await ana.post(`/chats/${group}/people`, { people: `${eve.id}`, from });
    await send(cleo, 'Since');
    const reads = from === 'start';
    expect((await page(eve)).includes('>Before<')).toBe(reads);
    expect(await page(eve)).toContain('>Since<');
    expect((await page(eve, `/chats/${group}/newer?after=0`)).includes('>Before<')).toBe(reads);
    expect((await page(eve, `/chats/${group}?before=${old + 1}`)).includes('>Before<')).toBe(reads);
    expect((await eve.get(`/chats/${group}/messages/${old}`)).statusCode).toBe(reads ? 200 : 404);
    // What a page is brought that says it knows nothing.
    const { received, until, socket } = await openSocket(house, '/live?mark=none', { cookie: eve.cookie });
    socket.send(JSON.stringify({ chat: `${group}`, rev: '0' }));
    await until((message) => message.includes('>Since<'));
    expect(received.join().includes('>Before<')).toBe(reads);
    socket.close();
    // Nobody else reads less.
    expect(await page(cleo)).toContain('>Before<');
  });

  test('a file is seen by whom its message is', async () => {
    const { files, chats } = services();
    const made = await files.create({
      owner: ben.id,
      conversation: group,
      kind: 'attachment',
      name: 'x.txt',
    });
    if ('refused' in made) throw new Error(made.refused);
    await files.complete(made.id, { type: 'text/plain', bytes: 1, state: 'ready' });
    await chats.send({ conversation: group, author: ben.id, key: randomUUID(), body: '', file: made.id });
    services().groups.add(group, ana.id, [eve.id], false);
    expect([ana, cleo, eve].map(({ id }) => files.mayRead(id, made.id))).toEqual([true, true, false]);
  });

  test('an admin takes people out and makes others admins, and nobody else does', async () => {
    const out = (by: Person, who: Person) => by.post(`/chats/${group}/people/${who.id}/remove`);
    const admin = (by: Person, who: Person) => by.post(`/chats/${group}/people/${who.id}/admin`);
    expect((await out(ben, cleo)).statusCode).toBe(403);
    expect((await admin(ben, ben)).statusCode).toBe(403);
    expect((await out(eve, cleo)).statusCode).toBe(404);
    expect((await admin(ana, eve)).statusCode).toBe(404);
    expect((await admin(ana, ben)).statusCode).toBe(303);
    expect(await page(cleo)).toContain('ana made ben an admin');
    expect((await out(ben, cleo)).statusCode).toBe(303);
    expect(members()).toEqual([ana.id, ben.id]);
    expect(await page(ana)).toContain('ben removed cleo');
    expect((await cleo.get(`/chats/${group}`)).statusCode).toBe(404);
    expect((await send(cleo, 'Still here')).statusCode).toBe(404);
  });

  test('an admin steps down as long as there is another', async () => {
    const stepDown = (person: Person) => person.post(`/chats/${group}/step-down`);
    const roleOf = ({ id }: Person) => services().groups.memberOf(group, id)?.role;
    const alone = await stepDown(ana);
    expect(alone.statusCode).toBe(409);
    expect(alone.body).toMatch(/You.*re the only admin of this group\. Make somebody else an admin first\./);
    expect(roleOf(ana)).toBe('admin');
    await ana.post(`/chats/${group}/people/${ben.id}/admin`);
    expect(await page(ana, `/chats/${group}/people`)).toContain('Step down as admin');
    expect(await page(cleo, `/chats/${group}/people`)).not.toContain('Step down as admin');
    expect((await stepDown(ana)).headers.location).toBe(`/chats/${group}/people`);
    expect([roleOf(ana), roleOf(ben)]).toEqual(['member', 'admin']);
    expect(await page(ana)).toContain('You stepped down as admin');
    expect(await page(cleo)).toContain('ana stepped down as admin');
    // Whoever is none any more, or never was, changes nothing by it.
    const { rev } = services().chats;
    const before = rev(group);
    for (const person of [ana, cleo]) expect((await stepDown(person)).statusCode).toBe(303);
    expect((await stepDown(eve)).statusCode).toBe(404);
    expect((await stepDown(ben)).statusCode).toBe(409);
    expect(rev(group)).toBe(before);
  });

  test('leave, and the last admin leaves it to whoever has been in it longest', async () => {
    expect(await page(ana, `/chats/${group}/leave`)).toContain('Leave group');
    expect((await ana.post(`/chats/${group}/leave`)).headers.location).toBe('/chats');
    expect(await page(ana, '/chats')).not.toContain('Family');
    expect(await page(cleo)).toContain('ana left');
    expect(services().groups.memberOf(group, ben.id)?.role).toBe('admin');
    expect(services().groups.memberOf(group, cleo.id)?.role).toBe('member');
    expect((await ana.post(`/chats/${direct}/leave`)).statusCode).toBe(404);
  });

  test('are told of what they want to be told of', async () => {
    const open = (person: Person) => openSocket(house, '/live?mark=none', { cookie: person.cookie });
    const [bens, cleos] = [await open(ben), await open(cleo)];
    const told = ({ received }: { received: string[] }) =>
      received.filter((message) => message.includes('id="arrived"')).length;
    const choose = (person: Person, notify: string) =>
      person.post(`/chats/${group}/notifications`, { notify });
    expect((await choose(ben, 'mentions')).statusCode).toBe(303);
    expect((await choose(cleo, 'nothing')).statusCode).toBe(303);
    expect(await page(ben, `/chats/${group}/people`)).toMatch(/value="mentions" checked/);
    expect((await choose(ben, 'everything')).statusCode).toBe(400);
    expect((await choose(eve, 'all')).statusCode).toBe(404);

    await send(ana, 'Dinner is ready');
    await bens.until((message) => message.includes('class="badge"'));
    expect([told(bens), told(cleos)]).toEqual([0, 0]);
    // The number in the navigation counts what they want to hear of; the list says all.
    const { chats } = services();
    expect([ben, cleo].map(({ id }) => chats.unreadConversations(id))).toEqual([1, 0]);
    expect(chats.lines(cleo.id).find(({ id }) => id === group)?.unread).toBe(1);
    await send(ana, '@ben, are you coming? @cleo');
    await bens.until((message) => message.includes('id="arrived"'));
    expect([told(bens), told(cleos)]).toEqual([1, 0]);
    await send(ana, 'To you alone', direct);
    await eventually('the other chat', () => told(bens) === 2);
  });

  test('rename it; the name follows the rules of names', async () => {
    expect((await ben.post(`/chats/${group}/title`, { title: '  The   Lindens ' })).statusCode).toBe(303);
    expect(await page(cleo)).toMatch(/<h1[^>]*>The Lindens</);
    expect(await page(cleo)).toContain('ben renamed the group to “The Lindens”');
    const answer = await ben.post(`/chats/${group}/title`, { title: 'x'.repeat(51) });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('x'.repeat(51));
    expect((await ben.post(`/chats/${direct}/title`, { title: 'Ours' })).statusCode).toBe(404);
  });

  test('are no more than its bound', () => {
    const { accounts, friends, groups } = services();
    const more = Array.from({ length: MOST_MEMBERS - 2 }, (_, index) => {
      const id =
        accounts.insertUser({
          ...{ username: `n${index}`, displayName: `n${index}`, passwordHash: '', isOwner: false },
          createdAt: 0,
        }) ?? 0;
      friends.befriend(ana.id, id);
      return id;
    });
    expect(groups.add(group, ana.id, more, false)).toEqual({ refused: 'groupFull' });
    expect(members()).toHaveLength(3);
    expect(groups.add(group, ana.id, more.slice(1), false)).toEqual({});
    expect(members()).toHaveLength(MOST_MEMBERS);
  });
});

test('what happens is brought to open pages, and nothing any more to who is out', async () => {
  const open = async (person: Person) => {
    const opened = await openSocket(house, '/live?mark=none', { cookie: person.cookie });
    opened.socket.send(JSON.stringify({ chat: `${group}`, rev: `${services().chats.rev(group)}` }));
    return opened;
  };
  const [bens, cleos] = [await open(ben), await open(cleo)];
  for (const { until } of [bens, cleos]) await until((message) => message.includes('id="seen"'));
  for (const person of [ana, ben]) await person.post(`/chats/${group}/typing`);
  await cleos.until((message) => message.includes('ana and ben are typing'));
  await bens.until((message) => message.includes('ana is typing'));
  expect(bens.received.join()).not.toContain('ben is typing');

  services().groups.remove(group, ana.id, cleo.id);
  await cleos.until((message) => message.includes('not in this group any more'));
  await bens.until((message) => message.includes('ana removed cleo'));
  await bens.until((message) => message.includes('2 people'));
  await send(ana, 'Among us');
  await bens.until((message) => message.includes('Among us'));
  expect(cleos.received.join()).not.toContain('Among us');
  expect(cleos.received.join()).not.toContain('removed cleo');
});
