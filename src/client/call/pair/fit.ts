/**
 * How a picture is sent to one of the others: no larger than they show it, and no more than their share of what one line
 * carries up for all of them. What nobody shows isn't sent.
 */
import type { Source } from '../../media/outgoing.ts';

/** What one of the others needs of a picture. */
export interface Need {
  /** Pixels in height in which they show it, 0 where they don't; undefined where they haven't said. */
  height: number | undefined;
  /** To how many it is sent. */
  others: number;
  /** Whether whoever sends it has to save data. */
  saving?: boolean;
  /** Lines that their connection carries (quality/line.ts) and this device can encode; undefined for as many as there are. */
  limit?: number | undefined;
}

/** As in RTCRtpEncodingParameters (W3C WebRTC §5.2.9). */
export interface Fit {
  active: boolean;
  scaleResolutionDownBy: number;
  /** In bit/s; undefined leaves it to the browser. */
  maxBitrate: number | undefined;
  /** Frames a second; undefined for as many as there are. */
  maxFramerate: number | undefined;
  /** What is kept where the line carries too little; undefined leaves it to the browser. */
  favours: RTCDegradationPreference | undefined;
}

/** What is sent, and asked for, where data is to be saved. */
const SAVING_LINES = 180;

/**
 * So few lines, for the sake of the line, aren't made fewer: a browser halves them, sends a picture that is sharp at half the
 * size, and stays with it. At half the rate they have twice the bits.
 */
const NARROW_LINES = 180;
const HALF_RATE = 15;

/** Lines, and the bit/s with which a talking face of so many looks well. */
export const RUNGS: readonly (readonly [lines: number, bitrate: number])[] = [
  [90, 60_000],
  [135, 130_000],
  [180, 220_000],
  [270, 400_000],
  [360, 650_000],
  [540, 1_200_000],
  [720, 1_800_000],
];

/** What goes up to all of them together, in bit/s: home lines have a tenth of what they get for what they send. */
const UP = 2_500_000;

/** Scaling by less gains nothing, and costs sharpness. */
const WORTH = 1.3;

function scale(lines: number, wanted: number): number {
  const by = wanted > 0 ? lines / wanted : 1;
  return by < WORTH ? 1 : by;
}

/** Whether a picture is small for the sake of the line. */
export const isNarrow = (limit: Need['limit']): boolean => limit !== undefined && limit <= NARROW_LINES;

/** @param lines that the picture has */
export function fitOf({ height, others, saving = false, limit }: Need, lines: number): Fit {
  const narrow = isNarrow(limit);
  const maxFramerate = saving || narrow ? HALF_RATE : undefined;
  const favours = narrow ? 'maintain-resolution' : undefined;
  if (height === 0)
    return { ...{ active: false, scaleResolutionDownBy: 1, maxBitrate: undefined }, maxFramerate, favours };
  // Between two people the browser's own estimate of the line is all there is to share.
  const share = others > 1 ? UP / others : Number.POSITIVE_INFINITY;
  const [least] = RUNGS;
  const fair = RUNGS.findLast(([, bitrate]) => bitrate <= share) ?? least;
  const most = others > 1 && fair ? fair[0] : lines;
  const wanted = Math.min(lines, most, height ?? lines, saving ? SAVING_LINES : lines);
  const sent = lines / scale(lines, wanted);
  const enough = RUNGS.find(([rung]) => rung >= sent)?.[1];
  const bitrate = Math.min(share, enough ?? share);
  // As large as it is, to one other: the browser finds out what the line takes. It couldn't find out that the line takes more
  // again, if what is small for the line's sake were held to what is enough for so small a picture.
  const isFree = others <= 1 && sent === lines && !saving;
  return {
    active: true,
    scaleResolutionDownBy: scale(lines, Math.min(wanted, limit ?? lines)),
    maxBitrate: isFree ? undefined : bitrate,
    maxFramerate,
    favours,
  };
}

/** What is shown of a shared screen has to be read: it isn't made smaller for the sake of the line. */
export const needOf = (source: Source, need: Need): Need =>
  source === 'screen' && need.height !== 0 ? { height: undefined, others: 1 } : need;
