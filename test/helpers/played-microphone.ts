/** A microphone that hears what the page itself plays, for browsers that can't be given another. */
import type { Page } from 'puppeteer-core';

/** Has the pages of this tab hear this again and again instead of a microphone. @param samples from -1 to 1, 48,000 a second */
export async function playMicrophone(page: Page, samples: Float32Array): Promise<void> {
  const whole = Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32_767);
  await page.evaluateOnNewDocument((encoded) => {
    const { mediaDevices } = navigator;
    // Some documents have none, such as the one that each tab begins with.
    if (!mediaDevices) return;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    const microphone = async () => {
      const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
      const heard = Float32Array.from(new Int16Array(bytes.buffer), (sample) => sample / 32_767);
      const audio = new AudioContext({ sampleRate: 48_000 });
      const buffer = new AudioBuffer({ length: heard.length, sampleRate: 48_000 });
      buffer.copyToChannel(heard, 0);
      const source = new AudioBufferSourceNode(audio, { buffer, loop: true });
      const destination = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
      source.connect(destination);
      source.start();
      await audio.resume();
      return destination.stream.getAudioTracks();
    };
    mediaDevices.getUserMedia = async (wanted = {}) => {
      const stream = wanted.video ? await open({ video: wanted.video }) : new MediaStream();
      if (wanted.audio) for (const track of await microphone()) stream.addTrack(track);
      return stream;
    };
  }, Buffer.from(whole.buffer).toString('base64'));
}
