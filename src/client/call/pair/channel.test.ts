import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openChannel } from './channel.ts';

/** What a page sends and hears, without a browser. */
class FakeChannel extends EventTarget {
  readyState: RTCDataChannelState = 'connecting';
  sent: unknown[] = [];
  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  open(): void {
    this.readyState = 'open';
    this.dispatchEvent(new Event('open'));
  }
  hear(message: object): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
}

let channel: FakeChannel;
const silent = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] });
  silent.mockReset();
  channel = new FakeChannel();
  const connection = { createDataChannel: () => channel } as unknown as RTCPeerConnection;
  openChannel(connection, { opened: () => undefined, message: () => undefined, silent });
  channel.open();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Heartbeats come for so many seconds, half a second after one's own. */
function beat(seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    vi.advanceTimersByTime(500);
    channel.hear({ type: 'heartbeat' });
    vi.advanceTimersByTime(500);
  }
}

test('says each second that it is there', () => {
  vi.advanceTimersByTime(3000);
  expect(channel.sent).toEqual(Array(3).fill({ type: 'heartbeat' }));
});

test('notices a missing heartbeat within two and a half seconds', () => {
  beat(60);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2500);
  expect(silent).toHaveBeenCalledTimes(1);
});

test('says a lasting silence again after a while, and another one at once', () => {
  beat(1);
  vi.advanceTimersByTime(2500);
  vi.advanceTimersByTime(5000);
  expect(silent).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(2000);
  expect(silent).toHaveBeenCalledTimes(2);
  beat(1);
  vi.advanceTimersByTime(2500);
  expect(silent).toHaveBeenCalledTimes(3);
});

test('misses nobody who has said that they are leaving, until they are heard again', () => {
  channel.hear({ type: 'leaving' });
  vi.advanceTimersByTime(20_000);
  expect(silent).not.toHaveBeenCalled();
  beat(1);
  vi.advanceTimersByTime(2500);
  expect(silent).toHaveBeenCalledTimes(1);
});

test('is quiet when it is closed', () => {
  channel.dispatchEvent(new Event('close'));
  vi.advanceTimersByTime(60_000);
  expect([silent.mock.calls, channel.sent]).toEqual([[], []]);
});
