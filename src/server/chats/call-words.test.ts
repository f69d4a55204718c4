/** Each reader's own words for a call: a sentence for every outcome and either side, in both languages. */
import { describe, expect, test } from 'vitest';
import { translator } from '../language/locale.ts';
import { callOutcome, callTitle, callView, callWords, isMissed, toneOf } from './call-words.ts';
import type { CallEntry, Message } from './message-store.ts';
import { isNews } from './news.ts';

const OUTCOMES = [undefined, 'hung-up', 'declined', 'cancelled', 'busy', 'missed', 'failed'] as const;

const entry = (outcome: CallEntry['outcome'], media: CallEntry['media'] = 'voice'): CallEntry => ({
  ...{ id: 'call', media, seconds: 0 },
  ...(outcome && { outcome }),
});

const ENTRY: Message = {
  id: 1,
  authorId: 1,
  authorName: 'ana',
  key: 'call:call',
  kind: 'call',
  body: '',
  call: undefined,
  event: undefined,
  hasFile: false,
  firstRev: 1,
  rev: 1,
  sentAt: 0,
  editedAt: undefined,
  deleted: false,
};

const en = translator('en');

test.each([
  [undefined, 'Voice call', 'Voice call'],
  ['hung-up', 'Voice call', 'Voice call'],
  ['declined', 'Voice call · Declined', 'Voice call · You declined'],
  ['cancelled', 'Voice call · Cancelled', 'Missed voice call'],
  ['busy', 'Voice call · Line busy', 'Missed voice call'],
  ['missed', 'Voice call · No answer', 'Missed voice call'],
  ['failed', "Voice call · Couldn't connect", "Voice call · Couldn't connect"],
] as const)('%s is "%s" for who called and "%s" for who was called', (outcome, caller, callee) => {
  expect(callWords(en, entry(outcome), 'caller')).toBe(caller);
  expect(callWords(en, entry(outcome), 'callee')).toBe(callee);
});

test('of a group’s call each has missed it or not, however it ended', () => {
  const people = { 2: 'missed', 3: 'declined', 4: 'was' } as const;
  for (const outcome of [undefined, ...OUTCOMES]) {
    const call = { id: 'one', media: 'voice' as const, seconds: 0, people, ...(outcome && { outcome }) };
    expect([1, 2, 3, 4, 5].filter((reader) => isNews({ ...ENTRY, call }, reader))).toEqual([2]);
  }
});

describe('a group’s call', () => {
  const names = { 1: 'Ana', 2: 'Ben', 3: 'Cleo', 4: 'Dora' };
  const nameOf = (user: number) => Object.entries(names).find(([id]) => Number(id) === user)?.[1] ?? '';
  const view = (me: number, outcome: CallEntry['outcome'], people: NonNullable<CallEntry['people']>) =>
    callView({ t: en, locale: 'en' }, { ...entry(outcome), people }, { me, isCaller: me === 1, nameOf });

  test('names who is in it while it is on', () => {
    const people = { 1: 'in', 2: 'in', 3: 'declined', 4: 'ringing' } as const;
    expect(view(3, undefined, people)).toEqual({
      words: 'Call in progress · Ana and Ben',
      tone: 'on',
      isIn: false,
    });
    expect(view(2, undefined, people)).toMatchObject({ words: 'Call in progress · Ana and You', isIn: true });
  });

  test('is for each what it was to them afterwards', () => {
    const people = { 1: 'was', 2: 'was', 3: 'declined', 4: 'missed' } as const;
    expect([1, 2, 3, 4, 5].map((me) => view(me, 'hung-up', people))).toEqual([
      { words: 'Voice call', tone: 'hung-up' },
      { words: 'Voice call', tone: 'hung-up' },
      { words: 'Voice call · You declined', tone: 'unanswered' },
      { words: 'Missed voice call', tone: 'missed' },
      { words: 'Voice call', tone: 'hung-up' },
    ]);
  });

  test('says that nobody came', () => {
    const people = { 1: 'was', 2: 'missed' } as const;
    expect(view(1, 'cancelled', people)).toEqual({ words: 'Voice call · No answer', tone: 'unanswered' });
    expect(view(2, 'cancelled', people)).toEqual({ words: 'Missed voice call', tone: 'missed' });
  });
});

test('missed is the same call for the list, the look, the title and the count of news', () => {
  for (const outcome of OUTCOMES) {
    const missed = isMissed(outcome, 'callee');
    expect(toneOf(outcome, 'callee') === 'missed').toBe(missed);
    expect(/^Missed/.test(callWords(en, entry(outcome), 'callee'))).toBe(missed);
    expect(/^Missed .* from Ana$/.test(callTitle(en, entry(outcome), 'callee', 'Ana'))).toBe(missed);
    const message: Message = { ...ENTRY, call: entry(outcome) };
    expect(isNews(message, 2)).toBe(missed);
    expect(isNews(message, 1)).toBe(false);
    expect(isNews({ ...message, call: undefined, deleted: true }, 2)).toBe(false);
    expect(toneOf(outcome, 'caller')).not.toBe('missed');
  }
});

describe.each(['en', 'zh-CN'] as const)('in %s', (locale) => {
  const t = translator(locale);
  test('nothing is left without words', () => {
    for (const outcome of OUTCOMES)
      for (const media of ['voice', 'video'] as const)
        for (const side of ['caller', 'callee'] as const) {
          const call = entry(outcome, media);
          for (const words of [
            callWords(t, call, side),
            callTitle(t, call, side, 'Ana'),
            callOutcome(t, call, side),
          ])
            expect(words).not.toMatch(/calls\.|undefined/);
          expect(callTitle(t, call, side, 'Ana')).toContain('Ana');
        }
  });
});
