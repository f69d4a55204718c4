/**
 * Gives what reads words from outside the texts that would take it longest, mostly a megabyte each, and prints the name of
 * each part that is through with its own. It is a process of its own, because an expression that takes hours can
 * only be stopped with its process.
 */
import * as v from 'valibot';
import { fingerprint, keepDtlsRole, usernameFragments } from '../../src/client/call/pair/sdp.ts';
import { codeIn } from '../../src/server/accounts/codes.ts';
import { DisplayName, Username } from '../../src/server/accounts/registration.ts';
import { readFrame } from '../../src/server/calls/frame.ts';
import { MessageText, segments } from '../../src/server/chats/text.ts';
import { disposition } from '../../src/server/files/disposition.ts';
import { cleanName } from '../../src/server/files/names.ts';
import { addressKey } from '../../src/server/http/attempt-limit.ts';
import { withoutSecrets } from '../../src/server/http/logging.ts';
import { safePath } from '../../src/server/http/safe-path.ts';
import { emojiCount } from '../../src/server/language/graphemes.ts';
import { negotiateLocale } from '../../src/server/language/locale.ts';
import { deviceName } from '../../src/server/settings/device-name.ts';

/** What a repeated step costs times itself is hours at this length. */
const LENGTH = 2 ** 20;
/** The longest message, and the longest header: what libraries are given is never longer. */
const MESSAGE = 10_000;
const HEADER = 2 ** 14;

/** `pump` again and again between a start that looks right and an end that doesn't. */
const pumped = (head: string, pump: string, tail: string, length = LENGTH) =>
  head + pump.repeat(length / pump.length) + tail;

const ROLE = { type: 'answer' as const, sdp: 'a=setup:active\r\n' };

const CASES: Record<string, () => unknown> = {
  fingerprint: () => fingerprint(pumped('a=fingerprint:', ' ', 'x')),
  'many fingerprints': () => fingerprint(pumped('', 'a=fingerprint:\n', '')),
  usernameFragments: () => usernameFragments(pumped('a=ice-ufrag:', ' ', 'x')),
  'many username fragments': () => usernameFragments(pumped('', 'a=ice-ufrag: \n', '')),
  keepDtlsRole: () => keepDtlsRole(pumped('', 'a=setup:', '\n'), null, ROLE),
  readFrame: () => readFrame(`{"type":"candidates","candidates":[${pumped('{}', ',{}', '')}]}`),
  cleanName: () => cleanName(pumped('x', '.', 'x')),
  'cleanName, spaces': () => cleanName(pumped('x', ' .', 'x')),
  DisplayName: () => v.safeParse(DisplayName, pumped('پ', '\u200c', 'پ')),
  Username: () => v.safeParse(Username, pumped('', 'a', ' ')),
  MessageText: () => v.safeParse(MessageText, pumped('x', ' \n', 'x')),
  'segments, dots': () => segments(pumped('', 'a.', '!', MESSAGE)),
  'segments, addresses': () => segments(pumped('', 'x@y.com,', '!', MESSAGE)),
  'segments, brackets': () => segments(pumped('https://a.com/', '(', '!', MESSAGE)),
  'segments, seams': () => segments(pumped('', '中a', '·', MESSAGE)),
  deviceName: () => deviceName(pumped('Mozilla/5.0 (', 'Windows NT ', ')', HEADER)),
  'deviceName, spaces': () => deviceName(pumped('Mozilla/5.0 (', ' ', ')', HEADER)),
  disposition: () => disposition('inline', pumped('', "'", '\\')),
  emojiCount: () => emojiCount(pumped('x', ' ', 'x'), 3),
  codeIn: () => codeIn(pumped('', ' ', '!')),
  addressKey: () => addressKey(pumped('::', 'f', ':')),
  negotiateLocale: () => negotiateLocale(pumped('', ';', ',', HEADER)),
  safePath: () => safePath(pumped('/', 'a', '\\')),
  withoutSecrets: () => withoutSecrets(pumped('/join/', '?', '\n')),
};

for (const [name, run] of Object.entries(CASES)) {
  run();
  process.stdout.write(`${name}\n`);
}
process.stdout.write('all\n');
