import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type House, openHouseOfFriends, type Person } from '../../../test/helpers/house.ts';
import { emojiCount, initialOf, startOf } from './graphemes.ts';

test.each([
  ['👨‍👩‍👧', '👨‍👩‍👧'],
  ['🇫🇷 France', '🇫🇷'],
  ['e\u0301ric', 'E\u0301'],
  ['(Oma)', 'O'],
  ['ßarah', 'ß'],
  ['ana', 'A'],
  ['陈伟', '陈'],
  ['«2nd»', '2'],
  ['👍🏽', '👍🏽'],
  ['1️⃣ one', '1️⃣'],
  ['© ana', 'A'],
  ['…', '…'],
  ['', '?'],
])('%s is known by %s', (name, initial) => {
  expect(initialOf(name)).toBe(initial);
});

test.each([
  ['😀', 1],
  ['👨‍👩‍👧 ❤️\n🇫🇷', 3],
  ['1️⃣2️⃣', 2],
  ['👩🏽‍❤️‍💋‍👨🏿', 1],
  ['🏴󠁧󠁢󠁳󠁣󠁴󠁿🫡', 2],
  ['😀😀😀😀', 0],
  ['😀!', 0],
  ['12', 0],
  ['©', 0],
  ['❤\ufe0e', 0],
  ['', 0],
])('%s is as many emoji as people count: %i', (text, count) => {
  expect(emojiCount(text, 3)).toBe(count);
});

test('the start of a text ends between characters', () => {
  expect(startOf('abc', 3)).toBe('abc');
  expect(startOf('abcd', 3)).toBe('abc');
  expect(startOf('ab😀d', 3)).toBe('ab');
  expect(startOf('a👨‍👩‍👧d', 5)).toBe('a');
});

describe('in a chat', () => {
  let house: House;
  let ana: Person;
  let chat: number;
  beforeEach(async () => {
    ({ house, ana, chat } = await openHouseOfFriends());
  });
  afterEach(() => house.close());

  test('a message of one to three emoji is shown large, and no other', async () => {
    const big = async (body: string) => {
      await ana.post(`/chats/${chat}`, { key: crypto.randomUUID(), body });
      const page = await ana.get(`/chats/${chat}`);
      const message = new RegExp(`<li id="m-${house.app.services.chats.newestId(chat)}".*?</li>`, 's');
      return message.exec(page.body)?.[0].includes('class="text big"');
    };
    expect(await big('👨‍👩‍👧')).toBe(true);
    expect(await big('🎂 🎉 🇫🇷')).toBe(true);
    expect(await big('🎂🎂🎂🎂')).toBe(false);
    expect(await big('Happy birthday 🎂')).toBe(false);
  });
});
