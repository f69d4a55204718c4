/** The select boxes Camera, Microphone, Speaker, and what is on a shared screen. */

import { find } from '../../common/dom.ts';
import { createLatest } from '../../common/latest.ts';
import type { Say } from '../../common/words.ts';
import { listDevices } from '../../media/devices.ts';
import type { LocalMedia } from '../../media/local-media.ts';
import { canShareScreen, type ScreenShare } from '../../media/screen-share.ts';
import { createSpeaker } from '../../media/speaker.ts';

export interface DeviceSelects {
  /** Plays the sound of one more element on the chosen speaker, or no longer. */
  play(output: HTMLMediaElement, isOn: boolean): void;
  /** Refills them: names appear with permission, and devices come and go. */
  update(): void;
}

/** @param output an element whose sound goes to the chosen speaker */
export function createDeviceSelects(
  root: ParentNode,
  local: LocalMedia,
  shared: ScreenShare,
  output: HTMLMediaElement,
  say: Say,
): DeviceSelects {
  const loud = createSpeaker(output);
  let known: MediaDeviceInfo[] = [];
  const camera = find(root, '[data-device="videoinput"]', HTMLSelectElement);
  const microphone = find(root, '[data-device="audioinput"]', HTMLSelectElement);
  const speaker = find(root, '[data-device="audiooutput"]', HTMLSelectElement);

  camera.addEventListener('change', () => void local.choose('video', camera.value));
  const content = find(root, '[data-choice="screen"]', HTMLSelectElement);
  const field = content.closest<HTMLElement>('.field');
  if (field) field.hidden = !canShareScreen();
  content.addEventListener('change', () => shared.hint(content.value === 'motion' ? 'motion' : 'detail'));
  microphone.addEventListener('change', () => void local.choose('audio', microphone.value));
  speaker.addEventListener('change', () => {
    const device = known.find(({ kind, deviceId }) => kind === 'audiooutput' && deviceId === speaker.value);
    // A speaker that was unplugged meanwhile can't be had; the list shows so at the next change.
    if (device) loud.choose(device).catch(update);
  });

  /** An older list must not come after a newer one. */
  const list = createLatest(async () => {
    const devices = await listDevices();
    known = devices;
    const of = (kind: MediaDeviceKind) => devices.filter((device) => device.kind === kind);
    fill(camera, of('videoinput'), local.deviceId('video'), say);
    fill(microphone, of('audioinput'), local.deviceId('audio'), say);
    // One that can't be had is none to speak of: the browser's own choice plays on.
    await loud.follow(of('audiooutput')).catch(() => undefined);
    const used = loud.id();
    fill(speaker, used === undefined ? [] : of('audiooutput'), used, say);
  });

  const update = () => void list(undefined);
  return { play: (output, isOn) => (isOn ? loud.add(output) : loud.remove(output)), update };
}

function fill(
  select: HTMLSelectElement,
  devices: MediaDeviceInfo[],
  used: string | undefined,
  say: Say,
): void {
  const options = devices.map(({ deviceId, label }, index) => {
    const text = label || say('device', { number: String(index + 1) });
    return new Option(text, deviceId, false, deviceId === used);
  });
  const same =
    options.length === select.options.length &&
    options.every(({ value, text }, index) => {
      const old = select.options[index];
      return old?.value === value && old.text === text;
    });
  // An open list must not change while someone is using it.
  if (!same) select.replaceChildren(...options);
  else if (used !== undefined && devices.some(({ deviceId }) => deviceId === used)) select.value = used;
  const field = select.closest<HTMLElement>('.field');
  if (field) field.hidden = devices.length === 0;
}
