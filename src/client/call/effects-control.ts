/**
 * Effects on one's own camera, fetched when somebody opens their panel. Whoever chose some in an earlier call wants to be seen
 * with them from the first picture on: until they are there, nothing is sent of the camera.
 */
import { fetchedOnce } from '../common/scripts.ts';
import { attempt } from '../common/storage.ts';
import { EFFECTS } from '../common/storage-keys.ts';
import type { Effects, EffectsParts } from '../effects/effects.ts';
import type { Effect } from '../media/outgoing.ts';

/** Set by the build: the script's address. */
declare const EFFECTS_URL: string;

/**
 * @param root has the buttons `[data-do="effects"]`
 * @param failed they can't be fetched; whether the camera isn't sent because of that
 */
export function createEffectsControl(
  root: HTMLElement,
  parts: () => EffectsParts,
  failed: (isMissed: boolean) => void,
): Effect {
  const isChosen = Boolean(attempt(() => localStorage.getItem(EFFECTS)));
  let effects: Effects | undefined;
  const start = fetchedOnce(EFFECTS_URL, ({ startEffects }: typeof import('../effects/effects.ts')) => {
    effects = startEffects(parts());
    parts().renew();
    return effects;
  });

  const tell = () => failed(isChosen && !effects);
  for (const button of root.querySelectorAll('[data-do="effects"]'))
    button.addEventListener(
      'click',
      () =>
        void start()
          .then(({ toggle }) => toggle())
          .catch(tell),
    );
  if (isChosen) void start().catch(tell);

  return (source) => {
    if (effects) return effects.apply(source);
    if (!isChosen) return source;
    // Of the next call, or after the camera was off: they may be there by now.
    void start().catch(tell);
    return null;
  };
}
