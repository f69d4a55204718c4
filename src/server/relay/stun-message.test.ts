import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ATTRIBUTE,
  CLASS,
  decode,
  encode,
  errorIn,
  lengthOf,
  METHOD,
  mappedIn,
  newTransaction,
  relayedIn,
  xorAddress,
} from './stun-message.ts';

const bytes = (text: string) => Buffer.from(text.replace(/\s+/g, ''), 'hex');

/** RFC 5769 §2.2 and §2.3: the same answer with an address of each family. */
const FOUR = bytes(`
  0101003c 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200008 0001a147e112a643
  00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
  80280004 c07d4c96`);
const SIX = bytes(`
  01010048 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
  80280004 c8fb0b4c`);

test.each([
  ['IPv4', FOUR, '192.0.2.1'],
  ['IPv6', SIX, '2001:db8:1234:5678:11:2233:4455:6677'],
])('the RFC’s answer with an address of %s is read', (_, answer, address) => {
  expect(lengthOf(answer)).toBe(answer.length);
  const message = decode(answer);
  if (!message) throw new Error('not read');
  expect(message.type).toBe(METHOD.binding | CLASS.success);
  expect(errorIn(message)).toBe(0);
  expect(mappedIn(message)).toEqual({ address, port: 32853 });
});

test('a question with credentials is written as in RFC 5769 §2.4', () => {
  const username = 'マトリックス';
  const key = createHash('md5').update(`${username}:example.org:TheMatrIX`).digest();
  const written = encode(
    METHOD.binding | CLASS.request,
    bytes('78ad3433c6ad72c029da412e'),
    [
      [ATTRIBUTE.username, Buffer.from(username)],
      [ATTRIBUTE.nonce, Buffer.from('f//499k954d6OL34oL9FSTvy64sA')],
      [ATTRIBUTE.realm, Buffer.from('example.org')],
    ],
    key,
  );
  expect(written.toString('hex')).toBe(
    bytes(`
      00010060 2112a442 78ad3433c6ad72c029da412e
      00060012 e3839ee38388e383aae38383e382afe382b90000
      0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
      0014000b 6578616d706c652e6f726700
      00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`).toString('hex'),
  );
});

test.each([
  '203.0.113.7',
  '0.0.0.0',
  '2001:db8::7',
  '::1',
  '::',
  'fe80::1:2:3:4',
])('%s comes out of a message as it went in', (address) => {
  const transaction = newTransaction();
  const relayed = xorAddress({ address, port: 49_160 }, transaction);
  const message = decode(
    encode(METHOD.allocate | CLASS.success, transaction, [[ATTRIBUTE.relayed, relayed]]),
  );
  if (!message) throw new Error('not read');
  expect(relayedIn(message)).toEqual({ address, port: 49_160 });
});

test('an error is told by its number', () => {
  const error = Buffer.concat([Buffer.from([0, 0, 4, 86]), Buffer.from('Quota')]);
  const message = decode(
    encode(METHOD.allocate | CLASS.error, newTransaction(), [[ATTRIBUTE.errorCode, error]]),
  );
  expect(message && errorIn(message)).toBe(486);
});

test('what is cut off, too long or no message at all is not read, and breaks nothing', () => {
  expect(decode(FOUR.subarray(0, -1))).toBeUndefined();
  expect(lengthOf(FOUR.subarray(0, 19))).toBeUndefined();
  expect(lengthOf(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toBeNaN();
  const long = Buffer.from(FOUR);
  long.writeUInt16BE(65_532, 2);
  expect(lengthOf(long)).toBeNaN();
  // An attribute that says it is longer than what is left.
  const wrong = Buffer.from(FOUR);
  wrong.writeUInt16BE(200, 22);
  expect(decode(wrong)).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (noise, at) => {
      const spoilt = Buffer.from(FOUR);
      spoilt.set(noise.subarray(0, 20), at % (FOUR.length - 20));
      for (const message of [decode(Buffer.from(noise)), decode(spoilt)])
        if (message) [errorIn(message), mappedIn(message), relayedIn(message)];
    }),
  );
});
