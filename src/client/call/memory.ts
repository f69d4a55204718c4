/** What a tab remembers across a reload: who it is, and its place in a call. */
import * as v from 'valibot';
import { DeviceId, MemberId } from '../../protocol/common.ts';
import { newKey } from '../common/key.ts';

const DEVICE = 'porchlight.device';
const place = (call: string) => `porchlight.call.${call}`;

const Place = v.object({
  /** Missing where the page accepted the call and has not heard its place yet. */
  member: v.optional(MemberId),
  /** What the person had switched on. */
  wanted: v.optional(v.object({ audio: v.boolean(), video: v.boolean() })),
});
export type Place = v.InferOutput<typeof Place>;

/** The id of this tab. A browser that keeps nothing gets a new one each time, and can't resume. */
export function deviceId(): string {
  const known = v.safeParse(DeviceId, read(DEVICE));
  if (known.success) return known.output;
  const made = newKey();
  write(DEVICE, made);
  return made;
}

export function recallPlace(call: string): Place | undefined {
  try {
    const known = v.safeParse(Place, JSON.parse(read(place(call)) ?? 'null'));
    return known.success ? known.output : undefined;
  } catch {
    return undefined;
  }
}

export function rememberPlace(call: string, mine: Place): void {
  write(place(call), JSON.stringify(mine));
}

export function forgetPlace(call: string): void {
  try {
    sessionStorage.removeItem(place(call));
  } catch {
    // Storage that is switched off has nothing to forget.
  }
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // A page that can't remember still calls; only a reload loses the call.
  }
}
