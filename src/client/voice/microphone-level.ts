/** Measures the level of a microphone for a meter, even while its person is muted; nothing of that leaves the page. */
import { hasPitch, loudness } from './loudness.ts';

/** Ten times a second: a meter that moves with the voice. */
const EVERY_MS = 100;

/**
 * @param hear is given how loud it is, in dB below full scale, and whether it has the pitch of a voice
 * @returns stops it
 */
export function listen(
  source: MediaStreamTrack,
  hear: (decibels: number, isVoiced: boolean) => void,
): () => void {
  const track = source.clone();
  track.enabled = true;
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0 });
  new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    hear(loudness(samples), hasPitch(samples, context.sampleRate));
  }, EVERY_MS);
  // A page that records may play, so there is nobody to ask; where the system forbids it the meter stands still.
  context.resume().catch(() => undefined);
  return () => {
    clearInterval(timer);
    track.stop();
    context.close().catch(() => undefined);
  };
}
