import { afterEach, expect, test, vi } from 'vitest';
import { preferRedundancy, refuseParity } from './codec-preferences.ts';

afterEach(() => vi.unstubAllGlobals());

const named = (mimeType: string) => ({ mimeType, clockRate: 48_000 });
const OPUS = named('audio/opus');
const RED = named('audio/red');
const NOISE = named('audio/CN');

/** What a transceiver is told by one of these where the browser has such codecs. */
function preferred(
  choose: (transceiver: Pick<RTCRtpTransceiver, 'setCodecPreferences'>) => unknown,
  codecs: RTCRtpCodec[],
): string[] | undefined {
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs, headerExtensions: [] }) });
  let order: string[] | undefined;
  choose({
    setCodecPreferences(given) {
      order = [...given].map(({ mimeType }) => mimeType);
    },
  });
  return order;
}

test('redundant sound comes first, and what it is made of next', () => {
  expect(preferred(preferRedundancy, [OPUS, RED, NOISE])).toEqual(['audio/red', 'audio/opus', 'audio/CN']);
});

test('a browser without it is left as it is', () => {
  expect(preferred(preferRedundancy, [OPUS, NOISE])).toBeUndefined();
});

const refuse = (transceiver: Pick<RTCRtpTransceiver, 'setCodecPreferences'>) => refuseParity([transceiver]);

test('pictures have no parity, and what is lost is sent again', () => {
  const [vp8, rtx, h264] = [named('video/VP8'), named('video/rtx'), named('video/H264')];
  const parity = ['video/red', 'video/ulpfec', 'video/flexfec-03', 'video/flexfec'].map(named);
  const all = [vp8, rtx, ...parity, h264];
  expect(preferred(refuse, all)).toEqual(['video/VP8', 'video/rtx', 'video/H264']);
  vi.stubGlobal('navigator', {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
  });
  expect(preferred(refuse, all)).toBeUndefined();
});

test('a browser that has no preferences, or refuses these, goes on', () => {
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: [RED, OPUS], headerExtensions: [] }) });
  const refusing = {
    setCodecPreferences() {
      throw new DOMException('not these', 'InvalidModificationError');
    },
  };
  for (const choose of [preferRedundancy, refuse]) expect(() => choose(refusing)).not.toThrow();
  vi.stubGlobal('RTCRtpReceiver', {});
  for (const choose of [preferRedundancy, refuse]) expect(() => choose(refusing)).not.toThrow();
});
