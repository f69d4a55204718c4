/** What each statement about invitations changes, with several of two people. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANA, BEN, EVE, openTables, type Tables } from '../../../test/helpers/tables.ts';
import { createAccountStore } from '../accounts/store.ts';
import { createInvitationStore, type InvitationStore } from './invitation-store.ts';

let tables: Tables;
let store: InvitationStore;
beforeEach(() => {
  tables = openTables();
  store = createInvitationStore(tables.database);
});
afterEach(() => tables.close());

/** Two of Ana's and one of Eve's, of which the first runs out first. */
function invite(): void {
  const given = { inviterId: ANA, now: 0 };
  store.insert({ ...given, code: 'short', expiresAt: 100, uses: 1 });
  store.insert({ ...given, code: 'long', expiresAt: 200, uses: 2 });
  store.insert({ ...given, inviterId: EVE, code: 'of eve', expiresAt: 200, uses: 2 });
}
const usesLeft = () => ['short', 'long', 'of eve'].map((code) => store.byCode(code, 0)?.usesLeft ?? 0);
const codesOf = (inviter: number, now = 0) => store.madeBy(inviter, now).map(({ code }) => code);

test('an invitation is good until its last moment', () => {
  invite();
  expect(store.byCode('short', 99)).toMatchObject({ inviterId: ANA, inviterName: 'ana' });
  expect(store.byCode('short', 100)).toBeUndefined();
  expect(store.use('short', 100)).toBe(false);
  expect(codesOf(ANA, 99)).toEqual(['long', 'short']);
  expect(codesOf(ANA, 100)).toEqual(['long']);
  expect(codesOf(EVE)).toEqual(['of eve']);
  expect(codesOf(BEN)).toEqual([]);
  expect(store.use('short', 99)).toBe(true);
  expect(usesLeft()).toEqual([0, 2, 2]);
});

test('an invitation is good until its last use, and each use is of one', () => {
  invite();
  expect(store.use('long', 0)).toBe(true);
  expect(usesLeft()).toEqual([1, 1, 2]);
  expect(store.use('long', 0)).toBe(true);
  expect(store.use('long', 0)).toBe(false);
  expect(store.use('made up', 0)).toBe(false);
  expect(store.byCode('long', 0)).toBeUndefined();
  expect(usesLeft()).toEqual([1, 0, 2]);
  expect(codesOf(ANA)).toEqual(['short']);
});

test('an invitation is withdrawn by who made it, and no other with it', () => {
  invite();
  const [long] = store.madeBy(ANA, 0);
  expect(store.remove(long?.id ?? 0, EVE)).toBe(false);
  expect(codesOf(ANA)).toEqual(['long', 'short']);
  expect(store.remove(long?.id ?? 0, ANA)).toBe(true);
  expect(store.remove(long?.id ?? 0, ANA)).toBe(false);
  expect([codesOf(ANA), codesOf(EVE)]).toEqual([['short'], ['of eve']]);
});

test('all invitations of one person are withdrawn at once, and one that ended is known until then', () => {
  invite();
  store.use('short', 0);
  expect(store.known('short')).toMatchObject({ inviterId: ANA, usesLeft: 0 });
  expect(store.known('made up')).toBeUndefined();
  store.removeOf(ANA);
  expect([store.known('short'), store.known('long'), store.known('of eve')?.usesLeft]).toEqual([
    undefined,
    undefined,
    2,
  ]);
});

test('who came by an invitation came by that one', () => {
  invite();
  const invitation = store.byCode('long', 0)?.id;
  const dan = createAccountStore(tables.database).insertUser({
    ...{ username: 'dan', displayName: 'Dan', passwordHash: 'x', isOwner: false, createdAt: 0, invitation },
  });
  expect(store.cameBy(dan ?? 0, 'long')).toBe(true);
  expect(store.cameBy(dan ?? 0, 'short')).toBe(false);
  expect(store.cameBy(ANA, 'long')).toBe(false);
});
