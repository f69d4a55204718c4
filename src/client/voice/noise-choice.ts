/** What is done about noise, remembered on this device. */
import { attempt } from '../common/storage.ts';
import { NOISE } from '../common/storage-keys.ts';

/** `standard`: what the browser does. */
const NOISES = ['standard', 'strong', 'off'] as const;
export type Noise = (typeof NOISES)[number];

export const parseNoise = (kept: string | null | undefined): Noise =>
  NOISES.find((noise) => noise === kept) ?? 'standard';

export const recallNoise = (): Noise => parseNoise(attempt(() => localStorage.getItem(NOISE)));

/** If the browser stores nothing, it lasts for this call. */
export function rememberNoise(noise: Noise): void {
  attempt(() => {
    // The page looks for this name before it fetches any of these scripts.
    if (noise === 'standard') localStorage.removeItem(NOISE);
    else localStorage.setItem(NOISE, noise);
  });
}
