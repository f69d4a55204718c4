import { expect, test } from 'vitest';
import type { Stat, Statistics } from '../pair/stats.ts';
import { readingOf } from './reading.ts';

const MIDS = ['0', '1', '2', '3'];

/** @param seconds at which the browser counted */
const counted = (
  seconds: number,
  ...stats: (Omit<Stat, 'timestamp'> & { timestamp?: number })[]
): Statistics => ({
  report: new Map(stats.map((stat) => [stat.id, { timestamp: seconds * 1000, ...stat }])),
  mids: MIDS,
  sound: 'audio/opus',
  allowed: undefined,
});

const CODECS = [
  { id: 'opus', type: 'codec', mimeType: 'audio/opus' },
  { id: 'vp8', type: 'codec', mimeType: 'video/VP8' },
];
const voice = { id: 'v', type: 'inbound-rtp', kind: 'audio', mid: '0', codecId: 'opus' };
const camera = { id: 'c', type: 'inbound-rtp', kind: 'video', mid: '1', codecId: 'vp8' };
const screen = { id: 's', type: 'inbound-rtp', kind: 'video', mid: '2', codecId: 'vp8' };
const ownVoice = { id: 'ov', type: 'outbound-rtp', kind: 'audio', mid: '0', codecId: 'opus' };
const ownCamera = { id: 'oc', type: 'outbound-rtp', kind: 'video', mid: '1', codecId: 'vp8' };
const path = { id: 'p', type: 'candidate-pair', state: 'succeeded', nominated: true };

test('where nothing was counted, nothing is claimed', () => {
  expect(readingOf(counted(2), counted(0))).toEqual({
    roundTrip: undefined,
    isRedundant: false,
    isRelayed: undefined,
    received: {
      ...{ bitrate: undefined, loss: undefined, sound: undefined, camera: undefined, screen: undefined },
      ...{ jitter: undefined, concealed: undefined, frozen: undefined },
    },
    sent: {
      ...{ bitrate: undefined, loss: undefined, sound: undefined, camera: undefined, screen: undefined },
      ...{ voice: undefined, limited: undefined, target: undefined, encoding: undefined },
    },
  });
});

test('the path in use says how far it is and whether it is relayed, and all of them what goes over them', () => {
  const ends = { localCandidateId: 'here', remoteCandidateId: 'there' };
  const other = { ...path, id: 'q', currentRoundTripTime: 9, bytesReceived: 50_000, bytesSent: 0 };
  const transport = { id: 't', type: 'transport', selectedCandidatePairId: 'p' };
  const reading = readingOf(
    counted(
      4,
      transport,
      other,
      { ...path, ...ends, currentRoundTripTime: 0.08, bytesReceived: 125_000, bytesSent: 30_000 },
      { id: 'here', type: 'local-candidate', candidateType: 'host' },
      { id: 'there', type: 'remote-candidate', candidateType: 'relay' },
    ),
    counted(2, { ...other, bytesReceived: 25_000 }, { ...path, bytesReceived: 25_000, bytesSent: 5000 }),
  );
  expect(reading).toMatchObject({ roundTrip: 0.08, isRelayed: true });
  expect([reading.received.bitrate, reading.sent.bitrate]).toEqual([500_000, 100_000]);
});

test('what is lost on the way here is counted over sound and picture together', () => {
  const before = counted(
    0,
    { ...voice, packetsReceived: 1000, packetsLost: 10 },
    { ...camera, packetsReceived: 5000, packetsLost: 0 },
  );
  const loss = (sound: number, pictures: number) =>
    readingOf(
      counted(
        2,
        { ...voice, packetsReceived: 1100 - sound, packetsLost: 10 + sound },
        { ...camera, packetsReceived: 5100 - pictures, packetsLost: pictures },
      ),
      before,
    ).received.loss;
  expect(loss(0, 0)).toBe(0);
  expect(loss(10, 30)).toBe(0.2);
  // What was thought to be lost comes late.
  expect(loss(-5, 0)).toBe(0);
  expect(readingOf(before, before).received.loss).toBeUndefined();
});

test('what is lost on the way there is what the other side reports, by how much was sent of each', () => {
  const report = (localId: string, fractionLost: number) => ({
    ...{ id: `r${localId}`, type: 'remote-inbound-rtp', kind: 'audio', localId, fractionLost },
    roundTripTime: 0.2,
  });
  const before = counted(0, { ...ownVoice, packetsSent: 0 }, { ...ownCamera, packetsSent: 500 });
  const reading = readingOf(
    counted(
      2,
      { ...ownVoice, packetsSent: 100 },
      { ...ownCamera, packetsSent: 500 },
      ...[report('ov', 0.05), report('oc', 0.9)],
    ),
    before,
  );
  // The picture was switched off: its last report is an old one.
  expect(reading.sent.loss).toBe(0.05);
  // Firefox counts it here instead of on the path.
  expect(reading.roundTrip).toBe(0.2);
});

test('a picture is there while frames come, and the screen is not taken for the camera', () => {
  const size = { frameWidth: 640, frameHeight: 360 };
  const large = { frameWidth: 1920, frameHeight: 1080 };
  const before = counted(
    0,
    ...CODECS,
    { ...screen, framesReceived: 0, framesDecoded: 0 },
    { ...camera, framesReceived: 100, framesDecoded: 100, totalFreezesDuration: 1 },
  );
  const reading = readingOf(
    counted(
      2,
      ...CODECS,
      { ...screen, ...large, framesReceived: 4, framesDecoded: 4 },
      { ...camera, ...size, framesReceived: 131, framesDecoded: 130, totalFreezesDuration: 1.5 },
    ),
    before,
  ).received;
  expect(reading.camera).toEqual({ width: 640, height: 360, rate: 15, codec: 'VP8' });
  expect(reading.screen).toEqual({ width: 1920, height: 1080, rate: 2, codec: 'VP8' });
  expect(reading.frozen).toBe(0.25);
  const off = readingOf(before, before).received;
  expect([off.camera, off.screen, off.frozen]).toEqual([undefined, undefined, undefined]);
});

test('of what is sent it is known what holds it back, while something is sent', () => {
  const limits = { qualityLimitationReason: 'bandwidth', targetBitrate: 80_000 };
  const size = { frameWidth: 320, frameHeight: 180 };
  const before = counted(0, { ...ownCamera, framesEncoded: 10, ...limits });
  const sent = readingOf(counted(2, { ...ownCamera, ...size, framesEncoded: 40, ...limits }), before).sent;
  expect(sent).toMatchObject({ limited: 'bandwidth', target: 80_000, camera: { width: 320, rate: 15 } });
  expect(readingOf(before, before).sent.limited).toBeUndefined();
});

test('where no target is told, it is what the frames were to take', () => {
  const target = (...bytes: (number | undefined)[]) => {
    const [before, now] = bytes.map((total, at) =>
      counted(at * 2, {
        ...{ ...ownCamera, framesEncoded: at * 40 },
        ...(total !== undefined && { totalEncodedBytesTarget: total }),
      }),
    );
    return now && before && readingOf(now, before).sent.target;
  };
  expect(target(10_000, 110_000)).toBe(400_000);
  expect(target(undefined, undefined)).toBeUndefined();
});

test('an encoder that has no time left is told from one that has', () => {
  const encoding = (seconds: number, more: Partial<Stat> = {}) =>
    readingOf(
      counted(2, { ...ownCamera, framesEncoded: 40, totalEncodeTime: 5 + seconds, ...more }),
      counted(0, { ...ownCamera, framesEncoded: 0, totalEncodeTime: 5 }),
    ).sent.encoding;
  expect(encoding(0.5)).toBe(0.25);
  // What waits for the processor is counted with it.
  expect(encoding(3)).toBe(1);
  expect(encoding(0, { framesEncoded: 0 })).toBeUndefined();
  // One beside the processor has several frames at once, and says nothing of how busy that is.
  expect(encoding(3, { powerEfficientEncoder: true })).toBeUndefined();
  const told = counted(2, { ...ownCamera, framesEncoded: 40 });
  expect(readingOf(told, counted(0, { ...ownCamera, framesEncoded: 0 })).sent.encoding).toBeUndefined();
});

test('a voice has its codec, and what was made up of it', () => {
  const samples = { totalSamplesReceived: 0, concealedSamples: 500, silentConcealedSamples: 100 };
  const { received, sent } = readingOf(
    counted(2, ...CODECS, ownVoice, {
      ...voice,
      jitter: 0.02,
      ...samples,
      totalSamplesReceived: 96_000,
      concealedSamples: 10_100,
    }),
    counted(0, ownVoice, { ...voice, ...samples }),
  );
  expect(received).toMatchObject({ sound: 'opus', jitter: 0.02, concealed: 0.1 });
  expect(sent.sound).toBe('opus');
  const voiceAt = (seconds: number, bytesSent: number, headerBytesSent: number) =>
    counted(seconds, { ...ownVoice, bytesSent, headerBytesSent });
  expect(readingOf(voiceAt(2, 9000, 1000), voiceAt(0, 1000, 0)).sent.voice).toBe(36_000);
});

test('sound is redundant where that was agreed on, whatever the statistics call it', () => {
  const now = counted(2);
  expect(readingOf({ ...now, sound: 'audio/red' }, now).isRedundant).toBe(true);
  expect(readingOf({ ...now, sound: undefined }, now).isRedundant).toBe(false);
});

test('a connection that began anew has no growth yet', () => {
  const before = counted(0, { ...path, bytesReceived: 1_000_000, bytesSent: 1_000_000 });
  const { received } = readingOf(
    counted(2, { ...path, id: 'another', bytesReceived: 10, bytesSent: 10 }),
    before,
  );
  expect(received.bitrate).toBeUndefined();
});
