/** The button on one's own picture that changes to the other camera. */
import { createLatest } from '../../common/latest.ts';
import { listDevices } from '../../media/devices.ts';
import type { LocalMedia } from '../../media/local-media.ts';

export interface FlipCamera {
  /** It is there while one is seen and there is more than one camera. */
  update(): void;
}

export function createFlipCamera(button: HTMLButtonElement, local: LocalMedia): FlipCamera {
  const list = createLatest(async () => {
    const cameras = (await listDevices()).filter(({ kind }) => kind === 'videoinput');
    button.hidden = cameras.length < 2 || !local.isLive('video');
  });
  button.addEventListener('click', () => void local.flip());
  return { update: () => void list(undefined) };
}
