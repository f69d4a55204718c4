/** What was chosen, remembered on this device. */
import * as v from 'valibot';
import { attempt } from '../common/storage.ts';
import { EFFECTS, EFFECTS_PICTURE } from '../common/storage-keys.ts';
import { FILTERS } from './pixels/filters.ts';
import { SCENES } from './scenes.ts';
import { STICKER_NAMES } from './sticker-list.ts';

/** What is no longer there is as good as not chosen; but whoever wanted their room hidden doesn't want it shown. */
const Choices = v.object({
  background: v.fallback(v.picklist(['none', 'light', 'strong', 'own', ...SCENES]), 'strong'),
  filter: v.fallback(v.picklist(['none', ...FILTERS]), 'none'),
  sticker: v.fallback(v.picklist(['none', ...STICKER_NAMES]), 'none'),
  /** Percent. */
  beauty: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 0),
  brighten: v.fallback(v.boolean(), false),
});
export type Choices = v.InferOutput<typeof Choices>;

export const NOTHING: Choices = {
  background: 'none',
  filter: 'none',
  sticker: 'none',
  beauty: 0,
  brighten: false,
};

export const isNothing = ({ background, filter, sticker, beauty, brighten }: Choices): boolean =>
  background === 'none' && filter === 'none' && sticker === 'none' && beauty === 0 && !brighten;

export function parseChoices(kept: string | null | undefined): Choices {
  if (!kept) return NOTHING;
  const known = v.safeParse(
    Choices,
    attempt((): unknown => JSON.parse(kept)),
  );
  // It holds something that isn't known at all: whatever that was, the room stays hidden.
  return known.success ? known.output : { ...NOTHING, background: 'strong' };
}

export const recallChoices = (): Choices => parseChoices(attempt(() => localStorage.getItem(EFFECTS)));

/** If the browser stores nothing, they last for this call. */
export function rememberChoices(choices: Choices): void {
  attempt(() => {
    // The page looks for this name before it fetches any of these scripts.
    if (isNothing(choices)) localStorage.removeItem(EFFECTS);
    else localStorage.setItem(EFFECTS, JSON.stringify(choices));
  });
}

/** One's own background picture, as a data URL. */
export const recallPicture = (): string | undefined =>
  attempt(() => localStorage.getItem(EFFECTS_PICTURE)) ?? undefined;

/** @returns whether the browser had space for it */
export const rememberPicture = (address: string): boolean =>
  attempt(() => {
    localStorage.setItem(EFFECTS_PICTURE, address);
    return true;
  }) ?? false;
