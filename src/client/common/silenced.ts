/** The call whose ring was silenced on this device: no other tab and no other page rings for it again. */
import { SILENCED } from './storage-keys.ts';

export function noteSilenced(call: string): void {
  try {
    localStorage.setItem(SILENCED, call);
  } catch {
    // On a device that stores nothing, each page has to be silenced.
  }
}

export function wasSilenced(call: string): boolean {
  try {
    return localStorage.getItem(SILENCED) === call;
  } catch {
    return false;
  }
}
