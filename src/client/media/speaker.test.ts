import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recallDevice } from './device-memory.ts';
import { createSpeaker } from './speaker.ts';

const device = (deviceId: string): MediaDeviceInfo => ({
  ...{ kind: 'audiooutput', deviceId, label: `Speaker ${deviceId}`, groupId: '' },
  toJSON: () => ({}),
});
const [a, b] = [device('a'), device('b')];

/** An element that changes its speaker when the test says so: the browsers' fake ones do so at once. */
function createOutput() {
  const changes: (() => void)[] = [];
  const output = {
    sinkId: '',
    setSinkId: (id: string) =>
      new Promise<void>((resolve) => {
        changes.push(() => {
          output.sinkId = id;
          resolve();
        });
      }),
  };
  const done = async () => {
    await vi.waitFor(() => expect(changes).not.toEqual([]));
    changes.shift()?.();
  };
  return { output, changes, done };
}

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
});
afterEach(() => vi.unstubAllGlobals());

test('of two quick choices the last one is used, shown and remembered, however slow the first is', async () => {
  const { output, changes, done } = createOutput();
  const speaker = createSpeaker(output);
  const first = speaker.choose(a);
  await vi.waitFor(() => expect(changes).toHaveLength(1));
  const last = speaker.choose(b);
  expect(speaker.id()).toBe('b');
  // A list that is filled meanwhile doesn't go back to what was remembered before.
  await speaker.follow([a, b]);
  await done();
  await done();
  await Promise.all([first, last]);
  expect(output.sinkId).toBe('b');
  expect(changes).toEqual([]);
  expect(recallDevice('audiooutput')?.id).toBe('b');
});

test('whoever comes in while the speaker is being changed is heard from the new one', async () => {
  const [first, second] = [createOutput(), createOutput()];
  const speaker = createSpeaker(first.output);
  const choice = speaker.choose(a);
  await vi.waitFor(() => expect(first.changes).toHaveLength(1));
  speaker.add(second.output);
  await second.done();
  await first.done();
  await choice;
  expect([first.output.sinkId, second.output.sinkId]).toEqual(['a', 'a']);
  // Whoever has gone is left alone.
  speaker.remove(second.output);
  const next = speaker.choose(b);
  await first.done();
  await next;
  expect(second.changes).toEqual([]);
});
