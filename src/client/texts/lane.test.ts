/** The order of texts on their way, and what becomes of them while there is no answer. */
import { beforeEach, expect, test } from 'vitest';
import type { Unsent } from '../common/unsent.ts';
import { type Answer, createLane, type Lane } from './lane.ts';

const SENT: Answer = { is: 'sent', html: '' };
const UNANSWERED: Answer = { is: 'unanswered', why: 'away' };
const REFUSED: Answer = { is: 'refused', why: 'No.', renew: false };

let outbox: Unsent[];
/** Texts as they went out, oldest first, each with what its answer is waiting for. */
let posted: { text: string; key: string; answer(answer: Answer): void }[];
let stuck: (string | undefined)[];
let time: number;
let pauses: { ms: number; end(): void }[];
let lane: Lane;

const add = (...texts: string[]) => {
  for (const text of texts)
    outbox.push({ me: '1', chat: '7', at: outbox.length, key: `key of ${text}`, text, refused: '' });
};

/** Lets everything happen that waits for nothing. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const answer = async (given: Answer) => {
  posted.at(-1)?.answer(given);
  await settle();
};
/** As long as it pauses, it passes. */
const passPause = async () => {
  const pause = pauses.pop();
  time += pause?.ms ?? 0;
  pause?.end();
  await settle();
};
const texts = () => posted.map(({ text }) => text);

beforeEach(() => {
  [outbox, posted, stuck, time, pauses] = [[], [], [], 0, []];
  lane = createLane({
    next: () => outbox.find(({ refused }) => !refused),
    post: ({ text, key }, signal) =>
      new Promise((resolve) => {
        posted.push({ text, key, answer: resolve });
        signal.addEventListener('abort', () => resolve(UNANSWERED));
      }),
    answered(text, { is }) {
      outbox = outbox.flatMap((entry) => {
        if (entry.key !== text.key) return [entry];
        return is === 'refused' ? [{ ...entry, refused: 'No.' }] : [];
      });
    },
    stuck: (why) => stuck.push(why),
    inTurn: (work) => work(),
    clock: {
      now: () => time,
      pause(ms) {
        let end = () => {};
        const over = new Promise<void>((resolve) => {
          end = resolve;
        });
        pauses.push({ ms, end });
        return { over, cut: end };
      },
    },
  });
});

test('one goes after the other, also what is written meanwhile', async () => {
  add('one', 'two');
  lane.wake();
  await settle();
  add('three');
  lane.wake();
  await settle();
  expect(texts()).toEqual(['one']);
  for (let count = 0; count < 3; count++) await answer(SENT);
  expect(texts()).toEqual(['one', 'two', 'three']);
  expect(outbox).toEqual([]);
});

test('what is written in the very turn in which the last one is answered goes too', async () => {
  add('one');
  lane.wake();
  await settle();
  posted[0]?.answer(SENT);
  for (let turn = 0; turn < 12; turn++) {
    await Promise.resolve();
    if (turn % 3 === 0) {
      add(`turn ${turn}`);
      lane.wake();
    }
  }
  while (outbox.length > 0) {
    await settle();
    await answer(SENT);
  }
  expect(texts()).toEqual(['one', 'turn 0', 'turn 3', 'turn 6', 'turn 9']);
});

test('one without an answer is sent again under its key, and those behind it wait', async () => {
  add('one', 'two');
  lane.wake();
  await settle();
  await answer(UNANSWERED);
  expect(texts()).toEqual(['one']);
  await passPause();
  await answer(UNANSWERED);
  await passPause();
  await answer(SENT);
  await answer(SENT);
  expect(texts()).toEqual(['one', 'one', 'one', 'two']);
  expect(new Set(posted.slice(0, 3).map(({ key }) => key)).size).toBe(1);
  expect(stuck.every((why) => why === undefined)).toBe(true);
});

test('after some seconds it says why, and takes that back once something goes out', async () => {
  add('one');
  lane.wake();
  await settle();
  for (let tries = 0; tries < 20 && !stuck.includes('away'); tries++) {
    await answer(UNANSWERED);
    if (!stuck.includes('away')) await passPause();
  }
  expect(stuck).toEqual(['away']);
  expect(time).toBeGreaterThan(4000);
  // From now on it tries seldom, but a connection wakes it.
  expect(pauses.at(-1)?.ms).toBe(15_000);
  lane.wake();
  await settle();
  await answer(SENT);
  expect(stuck).toEqual(['away', undefined]);
  expect(outbox).toEqual([]);
});

test('a refused one stops none', async () => {
  add('one', 'two');
  lane.wake();
  await settle();
  await answer(REFUSED);
  await answer(SENT);
  expect(texts()).toEqual(['one', 'two']);
  expect(outbox.map(({ text }) => text)).toEqual(['one']);
});

test('one whose row has come by another way, or that is changed, is waited for no longer', async () => {
  add('one', 'two');
  lane.wake();
  await settle();
  outbox.shift();
  lane.letGo('key of one');
  await settle();
  expect(texts()).toEqual(['one', 'two']);
  expect(pauses).toEqual([]);
});
