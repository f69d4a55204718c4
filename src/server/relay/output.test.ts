import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/helpers/clock.ts';
import { createRelayLog } from './output.ts';

function open() {
  const clock = fakeClock();
  const said: unknown[][] = [];
  const at =
    (level: string) =>
    (...words: unknown[]) =>
      void said.push([level, ...words]);
  const hear = createRelayLog({ debug: at('debug'), info: at('info'), warn: at('warn') }, clock);
  return { clock, said, hear };
}

test('errors are warnings, warnings are news, and the rest is detail', () => {
  const { said, hear } = open();
  hear('0: (12): ERROR: Cannot bind');
  hear('0: : WARNING: no address');
  hear('14: (13): INFO: session 0001: closed');
  hear('0: : ');
  hear('something else');
  hear('15: (13): ERROR: A peer IP 192.168.1.20 denied in the range: 192.168.0.0-192.168.255.255');
  expect(said).toEqual([
    ['warn', 'coturn: ERROR: Cannot bind'],
    ['info', 'coturn: WARNING: no address'],
    ['debug', 'coturn: INFO: session 0001: closed'],
    ['debug', 'coturn: something else'],
    ['debug', expect.stringContaining('A peer IP 192.168.1.20 denied')],
  ]);
});

test('a line that is printed twice is logged once', () => {
  const { said, hear } = open();
  for (const line of ['0: (1): INFO: a', '0: (1): INFO: a', '0: (1): INFO: b', '0: (1): INFO: a']) hear(line);
  expect(said.map(([, words]) => words)).toEqual(['coturn: INFO: a', 'coturn: INFO: b', 'coturn: INFO: a']);
});

test('a flood is cut off, and its length is said once it is over', () => {
  const { clock, said, hear } = open();
  for (let count = 0; count < 1000; count += 1) hear(`0: (1): ERROR: ${count}`);
  expect(said).toHaveLength(20);
  for (let count = 0; count < 1000; count += 1) hear(`0: (1): INFO: ${count}`);
  expect(said).toHaveLength(320);
  clock.advance(60_000);
  hear('60: (1): ERROR: again');
  expect(said.slice(320)).toEqual([
    ['warn', { leftOut: 980 }, 'coturn printed more than is logged'],
    ['warn', 'coturn: ERROR: again'],
  ]);
  clock.advance(60_000);
  hear('120: (1): ERROR: and again');
  expect(said).toHaveLength(323);
});
