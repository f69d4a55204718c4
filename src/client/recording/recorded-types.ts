/** Whether this browser records, and as what. */
import type { RecordingMode } from './mode.ts';

/** WebM flushes every second in Chromium and Firefox; Safari only has MP4. */
const TYPES = {
  video: ['video/webm;codecs=vp8,opus', 'video/mp4'],
  audio: ['audio/webm;codecs=opus', 'audio/mp4'],
};

/** Whether this browser records at all. */
export const canRecord = (): boolean =>
  typeof MediaRecorder !== 'undefined' && 'captureStream' in HTMLCanvasElement.prototype;

/** The type that this browser records, or undefined where it can't. */
export function recordedType(mode: RecordingMode): string | undefined {
  if (!canRecord()) return undefined;
  return TYPES[mode === 'sound' ? 'audio' : 'video'].find((type) => MediaRecorder.isTypeSupported(type));
}
