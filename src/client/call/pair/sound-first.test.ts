import { expect, test } from 'vitest';
import { putFirst } from './sound-first.ts';

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
