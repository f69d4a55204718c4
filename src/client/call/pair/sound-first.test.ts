import { afterEach, expect, test, vi } from 'vitest';
import { preferRedundancy, putFirst } from './sound-first.ts';

afterEach(() => vi.unstubAllGlobals());

const named = (mimeType: string) => ({ mimeType, clockRate: 48_000 });
const OPUS = named('audio/opus');
const RED = named('audio/red');
const NOISE = named('audio/CN');

function preferred(codecs: RTCRtpCodec[]): string[] | undefined {
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs, headerExtensions: [] }) });
  let order: string[] | undefined;
  preferRedundancy({
    setCodecPreferences(given) {
      order = [...given].map(({ mimeType }) => mimeType);
    },
  });
  return order;
}

test('redundant sound comes first, and what it is made of next', () => {
  expect(preferred([OPUS, RED, NOISE])).toEqual(['audio/red', 'audio/opus', 'audio/CN']);
});

test('a browser without it is left as it is', () => {
  expect(preferred([OPUS, NOISE])).toBeUndefined();
});

test('a browser that has no preferences, or refuses these, goes on', () => {
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: [RED, OPUS], headerExtensions: [] }) });
  const refusing = {
    setCodecPreferences() {
      throw new DOMException('not these', 'InvalidModificationError');
    },
  };
  expect(() => preferRedundancy(refusing)).not.toThrow();
  vi.stubGlobal('RTCRtpReceiver', {});
  expect(() => preferRedundancy(refusing)).not.toThrow();
});

const rest = { codecs: [], headerExtensions: [], rtcp: {}, transactionId: 'one' };

test('sound is sent before all else, and the rest of its parameters stays', async () => {
  const set: RTCRtpSendParameters[] = [];
  await putFirst({
    getParameters: () => ({ ...rest, encodings: [{ maxBitrate: 64_000 }] }),
    setParameters: async (parameters) => void set.push(parameters),
  });
  expect(set).toEqual([
    { ...rest, encodings: [{ maxBitrate: 64_000, priority: 'high', networkPriority: 'high' }] },
  ]);
});

test('where that is refused, it is sent as before', async () => {
  const refused = putFirst({
    getParameters: () => ({ ...rest, encodings: [] }),
    setParameters: () => Promise.reject(new DOMException('no', 'InvalidModificationError')),
  });
  await expect(refused).resolves.toBeUndefined();
});
