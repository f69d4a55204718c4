/** Which page stands where, with three pages in two calls. */
import { expect, test } from 'vitest';
import { type Connection, createRegistry } from './registry.ts';
import type { Member } from './store.ts';

const page = (user: number, session = `session of ${user}`): Connection => ({
  ...{ user, session, device: `device of ${user}` },
  send() {},
});
const member = (id: string, user: number): Member => ({ id, user, device: undefined, key: undefined });

function open() {
  const registry = createRegistry();
  const [ana, ben, eve] = [page(1), page(2), page(3)];
  for (const connection of [ana, ben, eve]) registry.add(connection);
  const [anas, bens, eves] = [member('anas', 1), member('bens', 2), member('eves', 3)];
  registry.stand(ana, 'call', anas);
  registry.stand(ben, 'call', bens);
  registry.stand(eve, 'other call', eves);
  return { registry, ana, ben, eve, anas, bens, eves };
}

test('a call that is cleared has nobody on its places, and other calls are as they were', () => {
  const { registry, ana, ben, eve, anas, bens } = open();
  expect(registry.clear([anas, bens, member('nobody’s', 4)])).toEqual([ana, ben]);
  expect([registry.at('anas'), registry.at('bens'), registry.at('eves')]).toEqual([
    undefined,
    undefined,
    eve,
  ]);
  expect([ana, ben].map(registry.placeOf)).toEqual([undefined, undefined]);
  expect(registry.placeOf(eve)).toEqual({ call: 'other call', member: 'eves' });
  expect(registry.clear([anas, bens])).toEqual([]);
});

test('a page that takes a place sends away who stood there, and leaves its own', () => {
  const { registry, ana, ben, bens } = open();
  expect(registry.stand(ana, 'call', bens)).toBe(ben);
  expect([registry.at('anas'), registry.at('bens')]).toEqual([undefined, ana]);
  expect([registry.placeOf(ana)?.member, registry.placeOf(ben)]).toEqual(['bens', undefined]);
  // It goes without emptying the place that another page has by now.
  expect(registry.remove(ben)).toBeUndefined();
  expect(registry.at('bens')).toBe(ana);
});

test('a page that has gone is nobody’s any more', () => {
  const { registry, ana, eve } = open();
  const tablet = page(1, 'another session');
  registry.add(tablet);
  expect(registry.ofUser(1)).toEqual([ana, tablet]);
  expect(registry.ofSession('session of 1')).toEqual([ana]);
  expect(registry.remove(ana)).toEqual({ call: 'call', member: 'anas' });
  expect([registry.ofUser(1), registry.ofSession('session of 1')]).toEqual([[tablet], []]);
  registry.remove(tablet);
  expect([registry.ofUser(1), registry.ofUser(3)]).toEqual([[], [eve]]);
});

test('who was told of a call is asked for once; who has gone or has a place in it isn’t among them', () => {
  const { registry, ana, ben, eve, eves } = open();
  for (const connection of [ana, ben, eve]) registry.noteTold(connection, 'ringing');
  registry.noteTold(ana, 'another');
  registry.remove(ben);
  registry.stand(eve, 'ringing', eves);
  expect(registry.forgetTold('ringing')).toEqual([ana]);
  expect(registry.forgetTold('ringing')).toEqual([]);
  expect(registry.forgetTold('another')).toEqual([ana]);
});
