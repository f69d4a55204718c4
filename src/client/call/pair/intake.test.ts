import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChannelMessage } from '../../../protocol/channel.ts';
import { createIntake, type Intake } from './intake.ts';

let now: number;
let heard: ChannelMessage[];
let intake: Intake;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  now = 0;
  heard = [];
  intake = createIntake(
    (message) => heard.push(message),
    () => now,
  );
});
afterEach(() => {
  intake.close();
  vi.useRealTimers();
});

const pass = (ms: number) => {
  now += ms;
  vi.advanceTimersByTime(ms);
};
const say = (message: object) => intake.hear(JSON.stringify(message));
const state = (camera: boolean) => ({ type: 'state', microphone: true, camera, recording: false });

test('a state that says nothing new is dropped', () => {
  for (let at = 0; at < 10; at += 1) {
    say(state(true));
    pass(1000);
  }
  expect(heard).toEqual([state(true)]);
});

test('of a flood of states a few a second are shown, and the last one always', () => {
  for (let at = 0; at < 10_000; at += 1) {
    say(state(at % 2 === 0));
    if (at % 10 === 0) pass(1);
  }
  expect(heard.length).toBeLessThan(6);
  pass(10_000);
  say(state(true));
  pass(250);
  say(state(false));
  say(state(true));
  say(state(false));
  pass(250);
  expect(heard.at(-1)).toEqual(state(false));
});

test('a single change is shown at once', () => {
  say(state(true));
  pass(1000);
  say(state(false));
  expect(heard).toHaveLength(2);
});

test('who has left and is back is shown again, and nothing of before comes after', () => {
  say(state(true));
  say(state(false));
  say({ type: 'leaving' });
  pass(1000);
  expect(heard).toEqual([state(true), { type: 'leaving' }]);
  say(state(true));
  expect(heard).toHaveLength(3);
});

test('more than a page ever says is not read, until it has been quiet', () => {
  for (let at = 0; at < 20_000; at += 1) say({ type: 'candidates', candidates: [] });
  expect(heard).toHaveLength(200);
  pass(1000);
  for (let at = 0; at < 20_000; at += 1) say({ type: 'leaving' });
  expect(heard).toHaveLength(250);
});

test('long messages count for more, and one beyond all measure is not read', () => {
  const description = { type: 'offer', sdp: 'x'.repeat(48 * 1024) };
  for (let at = 0; at < 1000; at += 1) say({ type: 'description', description });
  expect(heard.length).toBeGreaterThan(10);
  expect(heard.length).toBeLessThanOrEqual(50);
  const before = heard.length;
  pass(60_000);
  say({ type: 'hang-up', padding: 'x'.repeat(64 * 1024) });
  expect(heard).toHaveLength(before);
  say({ type: 'hang-up' });
  expect(heard).toHaveLength(before + 1);
});

test.each(['nonsense', '[]', 'null', '{"type":"dance"}', new ArrayBuffer(8)])('%s is passed over', (data) => {
  intake.hear(data);
  expect(heard).toEqual([]);
});
