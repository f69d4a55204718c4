/** Which page stands where, with three pages in two calls. */
import { expect, test } from 'vitest';
import { type Connection, createConnections } from './connections.ts';

const page = (user: number, session = `session of ${user}`): Connection => ({
  ...{ user, session, device: `device of ${user}`, host: 'localhost', version: 2 },
  send() {},
});
const place = (id: string) => ({ id });

function open() {
  const connections = createConnections();
  const [ana, ben, eve] = [page(1), page(2), page(3)];
  for (const connection of [ana, ben, eve]) connections.add(connection);
  const [anas, bens, eves] = [place('anas'), place('bens'), place('eves')];
  connections.takePlace(ana, 'call', anas);
  connections.takePlace(ben, 'call', bens);
  connections.takePlace(eve, 'other call', eves);
  return { connections, ana, ben, eve, anas, bens, eves };
}

test('a call that is cleared has nobody on its places, and other calls are as they were', () => {
  const { connections, ana, ben, eve, anas, bens } = open();
  expect(connections.clear([anas, bens, place('nobody’s')])).toEqual([ana, ben]);
  expect([connections.at('anas'), connections.at('bens'), connections.at('eves')]).toEqual([
    undefined,
    undefined,
    eve,
  ]);
  expect([ana, ben].map(connections.placeOf)).toEqual([undefined, undefined]);
  expect(connections.placeOf(eve)).toEqual({ call: 'other call', member: 'eves' });
  expect(connections.clear([anas, bens])).toEqual([]);
});

test('a page that takes a place sends away who stood there, and leaves its own', () => {
  const { connections, ana, ben, bens } = open();
  expect(connections.takePlace(ana, 'call', bens)).toBe(ben);
  expect([connections.at('anas'), connections.at('bens')]).toEqual([undefined, ana]);
  expect([connections.placeOf(ana)?.member, connections.placeOf(ben)]).toEqual(['bens', undefined]);
  // It goes without emptying the place that another page has by now.
  expect(connections.remove(ben)).toBeUndefined();
  expect(connections.at('bens')).toBe(ana);
});

test('a page that has gone is nobody’s any more', () => {
  const { connections, ana, eve } = open();
  const tablet = page(1, 'another session');
  connections.add(tablet);
  expect(connections.ofUser(1)).toEqual([ana, tablet]);
  expect(connections.remove(ana)).toEqual({ call: 'call', member: 'anas' });
  expect(connections.ofUser(1)).toEqual([tablet]);
  connections.remove(tablet);
  expect([connections.ofUser(1), connections.ofUser(3)]).toEqual([[], [eve]]);
});

test('who was told of a call is asked for once; who has gone or has a place in it isn’t among them', () => {
  const { connections, ana, ben, eve, eves } = open();
  for (const connection of [ana, ben, eve]) connections.noteTold(connection, 'ringing');
  connections.noteTold(ana, 'another');
  connections.remove(ben);
  connections.takePlace(eve, 'ringing', eves);
  expect(connections.forgetTold('ringing')).toEqual([ana]);
  expect(connections.forgetTold('ringing')).toEqual([]);
  expect(connections.forgetTold('another')).toEqual([ana]);
});
