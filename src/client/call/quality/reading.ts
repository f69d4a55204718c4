/** What the statistics (W3C WebRTC Stats) say of one connection in the time between two looks at them. */
import type { Stat, Statistics } from '../pair/stats.ts';

export interface Picture {
  /** In pixels; undefined before the first is known. */
  width: number | undefined;
  height: number | undefined;
  /** Frames a second. */
  rate: number;
  /** As in "VP8". */
  codec: string | undefined;
}

/** One direction. What isn't sent, or what the browser doesn't tell, is undefined. */
export interface Way {
  /** In bit/s, with all that belongs to the connection. */
  bitrate: number | undefined;
  /** The share of the packets that didn't arrive, 0 to 1, whether something made up for them or not. */
  loss: number | undefined;
  /** The codec of the voice, as in "opus". */
  sound: string | undefined;
  camera: Picture | undefined;
  screen: Picture | undefined;
}

export interface Reading {
  /** There and back, in seconds. */
  roundTrip: number | undefined;
  isRelayed: boolean | undefined;
  /** Whether each packet of sound has the one before in it as well. What both have agreed on, both send. */
  isRedundant: boolean;
  received: Way & {
    /** Of the voice, in seconds. */
    jitter: number | undefined;
    /** The share of the voice that had to be made up, 0 to 1; pauses don't count. */
    concealed: number | undefined;
    /** The share of the time for which the camera's picture stood still, 0 to 1. */
    frozen: number | undefined;
  };
  sent: Way & {
    /** Why the camera's picture isn't better: `none`, `bandwidth`, `cpu` or `other`. */
    limited: string | undefined;
    /** What the voice takes, in bit/s. */
    voice: number | undefined;
    /** What the camera's encoder may use, in bit/s. */
    target: number | undefined;
    /** The share of the time in which the processor was encoding the camera's picture, 0 to 1. */
    encoding: number | undefined;
  };
}

type Counter = {
  [Key in keyof Stat]-?: Exclude<Stat[Key], undefined> extends number ? Key : never;
}[keyof Stat];

/** Of a few packets, one is a large share. */
const FEW_PACKETS = 20;

const share = (part: number, whole: number): number | undefined =>
  whole > 0 ? Math.min(1, Math.max(0, part / whole)) : undefined;

export function readingOf(now: Statistics, before: Statistics): Reading {
  const all = [...now.report.values()];
  const of = (type: string): Stat[] => all.filter((stat) => stat.type === type);
  const find = (id = ''): Stat | undefined => now.report.get(id);

  /** The screen's sections come after those of the person (pair/connection.ts). */
  const isOfScreen = ({ mid }: Stat): boolean => mid !== undefined && now.mids.indexOf(mid) > 1;
  const isVoice = (stat: Stat): boolean => stat.kind === 'audio' && !isOfScreen(stat);
  const isCamera = (stat: Stat): boolean => stat.kind === 'video' && !isOfScreen(stat);
  const isScreen = (stat: Stat): boolean => stat.kind === 'video' && isOfScreen(stat);

  /** How much a counter has grown. One of another connection begins anew, and says nothing yet. */
  function grown(stat: Stat | undefined, counter: Counter): number | undefined {
    const [was, is] = [before.report.get(stat?.id ?? '')?.[counter], stat?.[counter]];
    return was === undefined || is === undefined ? undefined : Math.max(0, is - was);
  }

  function perSecond(stat: Stat | undefined, counter: Counter): number | undefined {
    const [growth, ms] = [grown(stat, counter), grown(stat, 'timestamp')];
    return growth === undefined || !ms ? undefined : (growth * 1000) / ms;
  }

  const sum = (stats: Stat[], counter: Counter): number =>
    stats.reduce((total, stat) => total + (grown(stat, counter) ?? 0), 0);

  /** Over all pairs: what Firefox sends may come over another than the one that Chromium has selected, and sends over. */
  function bitrate(counter: Counter): number | undefined {
    const rates = of('candidate-pair').flatMap((pair) => perSecond(pair, counter) ?? []);
    return rates.length > 0 ? rates.reduce((total, rate) => total + rate * 8, 0) : undefined;
  }

  const codecOf = (stat: Stat | undefined): string | undefined =>
    find(stat?.codecId)?.mimeType?.split('/')[1];

  /** Undefined where no frame came: a camera may be off, and a screen seldom is shared. */
  function picture(stat: Stat | undefined, came: Counter, shown: Counter): Picture | undefined {
    if (!stat || !grown(stat, came)) return undefined;
    const { frameWidth: width, frameHeight: height } = stat;
    return { width, height, rate: perSecond(stat, shown) ?? 0, codec: codecOf(stat) };
  }

  function lossDown(streams: Stat[]): number | undefined {
    const [lost, arrived] = [sum(streams, 'packetsLost'), sum(streams, 'packetsReceived')];
    return lost + arrived < FEW_PACKETS ? undefined : share(lost, lost + arrived);
  }

  /** What becomes of packets that are sent, the other side says in its reports (RFC 3550 §6.4.1). */
  function lossUp(streams: Stat[]): number | undefined {
    let [packets, lost] = [0, 0];
    for (const { localId, fractionLost = 0 } of of('remote-inbound-rtp')) {
      const stream = streams.find(({ id }) => id === localId);
      const sent = grown(stream, 'packetsSent') ?? 0;
      packets += sent;
      lost += sent * fractionLost;
    }
    return packets < FEW_PACKETS ? undefined : share(lost, packets);
  }

  /** Firefox says only what the frames were to take, one by one. Where it leaves some out, that is less than there was room for. */
  function targetOf(stat: Stat | undefined): number | undefined {
    const bytes = perSecond(stat, 'totalEncodedBytesTarget');
    return stat?.targetBitrate ?? (bytes === undefined ? undefined : bytes * 8);
  }

  /** For an encoder beside the processor it is how long each frame takes, and not how much it has to do. */
  function encodingOf(stat: Stat): number | undefined {
    const busy = stat.powerEfficientEncoder ? undefined : perSecond(stat, 'totalEncodeTime');
    return busy === undefined ? undefined : share(busy, 1);
  }

  /** With the headers of its packets. */
  function bitsOf(stat: Stat | undefined): number | undefined {
    const bytes = perSecond(stat, 'bytesSent');
    return bytes === undefined ? undefined : 8 * (bytes + (perSecond(stat, 'headerBytesSent') ?? 0));
  }

  const [incoming, outgoing] = [of('inbound-rtp'), of('outbound-rtp')];
  const [voice, camera] = [incoming.find(isVoice), incoming.find(isCamera)];
  const [ownVoice, ownCamera] = [outgoing.find(isVoice), outgoing.find(isCamera)];
  const theirs = picture(camera, 'framesReceived', 'framesDecoded');
  const own = picture(ownCamera, 'framesEncoded', 'framesEncoded');

  const selected = of('transport').map(({ selectedCandidatePairId }) => selectedCandidatePairId);
  const paths = of('candidate-pair').filter(({ state, nominated }) => state === 'succeeded' && nominated);
  const path = paths.find(({ id }) => selected.includes(id)) ?? paths[0];
  const ends = [find(path?.localCandidateId), find(path?.remoteCandidateId)];

  return {
    roundTrip: path?.currentRoundTripTime ?? of('remote-inbound-rtp').find(isVoice)?.roundTripTime,
    isRedundant: now.sound?.toLowerCase() === 'audio/red',
    isRelayed: path && ends.some((end) => end?.candidateType === 'relay'),
    received: {
      bitrate: bitrate('bytesReceived'),
      loss: lossDown(incoming),
      sound: codecOf(voice),
      camera: theirs,
      screen: picture(incoming.find(isScreen), 'framesReceived', 'framesDecoded'),
      jitter: voice?.jitter,
      concealed: share(
        (grown(voice, 'concealedSamples') ?? 0) - (grown(voice, 'silentConcealedSamples') ?? 0),
        grown(voice, 'totalSamplesReceived') ?? 0,
      ),
      frozen:
        theirs && share((grown(camera, 'totalFreezesDuration') ?? 0) * 1000, grown(camera, 'timestamp') ?? 0),
    },
    sent: {
      bitrate: bitrate('bytesSent'),
      loss: lossUp(outgoing),
      sound: codecOf(ownVoice),
      camera: own,
      screen: picture(outgoing.find(isScreen), 'framesEncoded', 'framesEncoded'),
      voice: bitsOf(ownVoice),
      limited: own && ownCamera?.qualityLimitationReason,
      target: own && targetOf(ownCamera),
      encoding: own && ownCamera && encodingOf(ownCamera),
    },
  };
}
