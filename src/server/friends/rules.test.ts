/** The rules of friendship among three people: what they change, announce, and take back when something fails. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { ANA, BEN, EVE, openTables, type Tables, whileFailing } from '../../../test/helpers/tables.ts';
import { createAccountStore } from '../accounts/store.ts';
import { createEvents } from '../background/events.ts';
import { createFriends, type Friends } from './friends.ts';
import { createInvitationStore } from './invitation-store.ts';
import { createFriendStore } from './store.ts';

let tables: Tables;
let friends: Friends;
let announced: number[][];
/** Whose friendships have begun. */
let begun: number[][];

beforeEach(() => {
  tables = openTables();
  const events = createEvents();
  announced = [];
  events.on('friendship-changed', ({ users }) => announced.push(users));
  const accounts = createAccountStore(tables.database);
  begun = [];
  friends = createFriends(createFriendStore(tables.database), accounts, fakeClock(), events, (a, b) =>
    begun.push([a, b]),
  );
});
afterEach(() => tables.close());

const pairs = [
  [ANA, BEN],
  [ANA, EVE],
  [BEN, EVE],
] as const;
const areFriends = () => pairs.map(([a, b]) => friends.areFriends(a, b));
const whileItFails = (statement: string, work: () => unknown) =>
  whileFailing(tables.database, statement, () => expect(work).toThrow('made to fail'));

test('a friendship is neither declined nor withdrawn, by either of the two', () => {
  friends.ask(ANA, 'ben');
  friends.accept(BEN, ANA);
  announced = [];
  for (const [me, other] of [
    [ANA, BEN],
    [BEN, ANA],
  ] as const) {
    expect(friends.decline(me, other)).toBe(false);
    expect(friends.withdraw(me, other)).toBe(false);
    expect(friends.accept(me, other)).toBe(false);
  }
  expect(friends.areFriends(ANA, BEN)).toBe(true);
  expect(announced).toEqual([]);
});

test('a request is declined by who was asked, withdrawn by who asked, and is no friendship to be removed', () => {
  friends.ask(ANA, 'ben');
  announced = [];
  expect(friends.decline(ANA, BEN)).toBe(false);
  expect(friends.withdraw(BEN, ANA)).toBe(false);
  expect(friends.accept(ANA, BEN)).toBe(false);
  expect(friends.remove(BEN, ANA)).toBe(false);
  expect([friends.decline(EVE, ANA), friends.accept(EVE, ANA)]).toEqual([false, false]);
  expect(announced).toEqual([]);
  expect(friends.decline(BEN, ANA)).toBe(true);
  expect(friends.ask(ANA, 'ben')).toBe('asked');
  expect(friends.withdraw(ANA, BEN)).toBe(true);
  expect(announced).toEqual([
    [BEN, ANA],
    [ANA, BEN],
    [ANA, BEN],
  ]);
});

test('what becomes of one friendship leaves the others', () => {
  for (const [a, b] of pairs) friends.befriend(a, b);
  expect(friends.remove(ANA, BEN)).toBe(true);
  expect(areFriends()).toEqual([false, true, true]);
  expect(friends.block(EVE, ANA)).toBe(true);
  expect(areFriends()).toEqual([false, false, true]);
  expect([friends.hasBlocked(EVE, ANA), friends.hasBlocked(ANA, EVE)]).toEqual([true, false]);
  expect([friends.befriend(EVE, ANA), friends.befriend(ANA, EVE)]).toEqual([false, false]);
  expect(friends.ask(ANA, 'eve')).toBe('unknown');
  expect(friends.unblock(EVE, ANA)).toBe(true);
  expect(friends.unblock(EVE, ANA)).toBe(false);
  expect(friends.befriend(ANA, EVE)).toBe(true);
});

test('asking says how things stand', () => {
  expect([friends.ask(ANA, 'nobody'), friends.ask(ANA, 'ana')]).toEqual(['unknown', 'self']);
  expect([friends.ask(ANA, ' BEN '), friends.ask(ANA, 'ben')]).toEqual(['asked', 'already-asked']);
  expect(begun).toEqual([]);
  expect([friends.ask(BEN, 'ana'), friends.ask(ANA, 'ben')]).toEqual(['accepted', 'already-friends']);
  expect(begun).toEqual([[BEN, ANA]]);
});

test('asking somebody whom one has blocked ends the block, unless the request can’t be written', async () => {
  friends.befriend(ANA, BEN);
  friends.block(ANA, BEN);
  await whileItFails('INSERT ON friendships', () => friends.ask(ANA, 'ben'));
  expect(friends.hasBlocked(ANA, BEN)).toBe(true);
  expect(friends.ask(ANA, 'ben')).toBe('asked');
  expect(friends.hasBlocked(ANA, BEN)).toBe(false);
});

test('a block that can’t be written ends no friendship', async () => {
  friends.befriend(ANA, BEN);
  await whileItFails('INSERT ON blocks', () => friends.block(ANA, BEN));
  expect(friends.areFriends(ANA, BEN)).toBe(true);
});

test('following an invitation takes its use and ends one’s own block together with the friendship', async () => {
  const invitations = createInvitationStore(tables.database);
  invitations.insert({ code: 'of ana', inviterId: ANA, now: 0, expiresAt: 100, uses: 2 });
  const usesLeft = () => invitations.byCode('of ana', 0)?.usesLeft;
  const use = () => invitations.use('of ana', 0);
  friends.befriend(ANA, BEN);
  friends.block(BEN, ANA);
  await whileItFails('INSERT ON friendships', () => friends.follow(BEN, ANA, use));
  expect([usesLeft(), friends.hasBlocked(BEN, ANA)]).toEqual([2, true]);
  expect(friends.follow(BEN, ANA, () => false)).toBe(false);
  expect(friends.hasBlocked(BEN, ANA)).toBe(true);
  expect(friends.follow(BEN, ANA, use)).toBe(true);
  expect([usesLeft(), friends.hasBlocked(BEN, ANA)]).toEqual([1, false]);
  expect([friends.follow(BEN, ANA, use), friends.follow(ANA, ANA, use)]).toEqual([false, false]);
  expect(usesLeft()).toBe(1);
});
