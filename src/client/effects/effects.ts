/**
 * Effects on one's own camera, fetched when somebody opens their panel, or has chosen some in an earlier call. What is chosen
 * goes to a worker; what comes out of it is sent, shown and recorded. Knows nothing of calls.
 */

import { addressOf } from '../common/parts.ts';
import { EFFECTS_PICTURE } from '../common/storage-keys.ts';
import type { Outgoing } from '../media/outgoing.ts';
import {
  type Choices,
  isNothing,
  recallChoices,
  recallPicture,
  rememberChoices,
  rememberPicture,
} from './choices.ts';
import { type EffectsPanel, fetchPanel, type Sentence } from './effects-panel.ts';
import { createPreview, type Preview } from './effects-preview.ts';
import { createEngineClient } from './engine-client.ts';
import { decodePictures, lookAtOnce, shrinkPicture } from './looks.ts';
import { isAtLeast, type Rung } from './pixels/ladder.ts';

export interface EffectsParts {
  /** Where the panel goes, and the buttons `[data-do="effects"]` are. */
  root: HTMLElement;
  outgoing: Outgoing;
  /** Something else is to be made of the camera now. */
  renew(): void;
  /** The camera has another size. */
  resized(): void;
  /** Says something beside the call until it is settled. */
  tell(text: string | undefined): void;
  /** The panel is open, or no longer. */
  shown(panel: HTMLElement, isOpen: boolean): void;
}

export interface Effects {
  /** What is to be sent of a camera; null where that can't be made here. */
  apply(source: MediaStreamTrack): MediaStreamTrack | null;
  /** Opens or closes the panel. @throws where it can't be fetched */
  toggle(): Promise<void>;
}

/** What the camera is asked for, and what it gives where the machine can't keep up. */
const [LARGE, SMALL] = [
  { width: { ideal: 1280 }, height: { ideal: 720 } },
  { width: { ideal: 640 }, height: { ideal: 360 } },
];
const MEGABYTE = 1e6;

export function startEffects({ root, outgoing, renew, resized, tell, shown }: EffectsParts): Effects {
  let choices = recallChoices();
  let panel: EffectsPanel | undefined;
  let preview: Preview | undefined;
  let coming: Promise<EffectsPanel> | undefined;
  const small = new WeakSet<MediaStreamTrack>();
  /** What is said at the moment. */
  let said: Sentence | undefined;
  /** Nothing comes out of the cameras any more. */
  let isLost = false;

  const engine = createEngineClient({
    progress(loaded, total) {
      const [done, all] = [loaded, total].map((bytes) => (bytes / MEGABYTE).toFixed(1));
      if (loaded < total) report('loading', { done: done ?? '', all: all ?? '' });
      else settle('loading');
    },
    ready: () => settle('loading', 'failed'),
    failed: () => announce('failed'),
    lost() {
      isLost = true;
      announce('lost');
    },
    rung: (source, rung) => void giveUp(source, rung),
    pace({ frames, median, slowest }) {
      // For the bench, and for whoever is asked over the phone what it says.
      panel?.element.setAttribute(
        'data-pace',
        `${frames.toFixed(1)} ${median.toFixed(1)} ${slowest.toFixed(1)}`,
      );
    },
  });
  choose(choices);

  function report(sentence: Sentence | undefined, values?: Record<string, string>): void {
    said = sentence;
    panel?.report(sentence, values);
  }

  /** In the panel, and beside the call for whoever hasn't it open; once, though it may happen with every frame. */
  function announce(sentence: Sentence): void {
    if (said === sentence) return;
    report(sentence);
    void fetched().then(
      (made) => {
        if (said !== sentence) return;
        made.report(sentence);
        tell(made.words(sentence));
      },
      () => undefined,
    );
  }

  /** What was said isn't so any more, if it was one of these. */
  function settle(...sentences: Sentence[]): void {
    if (!said || !sentences.includes(said)) return;
    report(undefined);
    tell(undefined);
  }

  async function giveUp(source: MediaStreamTrack, rung: Rung): Promise<void> {
    panel?.element.setAttribute('data-rung', rung);
    if (rung === 'off') announce('off');
    else if (isAtLeast(rung, 'slow')) announce('slow');
    else settle('off', 'slow');
    await resize(source, isAtLeast(rung, 'small'));
  }

  async function resize(source: MediaStreamTrack, isSmall: boolean): Promise<void> {
    if (isSmall === small.has(source)) return;
    if (isSmall) small.add(source);
    else small.delete(source);
    await source.applyConstraints(isSmall ? SMALL : LARGE).catch(() => undefined);
    resized();
  }

  function choose(wanted: Choices): void {
    const [was, is] = [isNothing(choices), isNothing(wanted)];
    choices = wanted;
    rememberChoices(choices);
    report(undefined);
    tell(undefined);
    // Before the tracks change: not one picture may pass under what was chosen before.
    engine.look(lookAtOnce(choices));
    if (was !== is || isLost) {
      isLost = false;
      renew();
    }
    if (panel?.element.hidden === false) preview?.update();
    void complete(choices);
  }

  async function complete(wanted: Choices): Promise<void> {
    try {
      const isMore = await decodePictures(wanted);
      if (isMore && choices === wanted) engine.look(lookAtOnce(wanted));
    } catch {
      if (choices === wanted) report('picture');
    }
  }

  async function takePicture(file: File): Promise<void> {
    try {
      const address = await shrinkPicture(file);
      if (!rememberPicture(address)) report('full');
      else {
        showOwn();
        choose({ ...choices, background: 'own' });
        panel?.show(choices);
      }
    } catch {
      report('picture');
    }
  }

  /** One's own picture among the others, once there is one. */
  function showOwn(): void {
    const image = panel?.element.querySelector<HTMLImageElement>('[data-own]');
    const address = recallPicture();
    if (!image) return;
    if (address) image.src = address;
    const label = image.closest('label');
    if (label) label.hidden = address === undefined;
  }

  function fetched(): Promise<EffectsPanel> {
    coming ??= fetchPanel(root, {
      chosen: choose,
      picture: (file) => void takePicture(file),
      close: () => show(false),
    }).then(
      (made) => {
        panel = made;
        preview = createPreview({
          ...{ video: made.video, button: made.previewButton, outgoing },
          apply,
          end: engine.end,
          failed: () => report('camera'),
        });
        for (const button of root.querySelectorAll('[data-do="effects"]'))
          button.setAttribute('aria-controls', made.element.id);
        made.show(choices);
        showOwn();
        const notices = made.element.querySelector<HTMLAnchorElement>('[data-notices]');
        if (notices) notices.href = addressOf('notices');
        return made;
      },
      (error: unknown) => {
        coming = undefined;
        throw error;
      },
    );
    return coming;
  }

  function show(isOpen: boolean): void {
    if (!panel) return;
    const button = [...root.querySelectorAll<HTMLElement>('[data-do="effects"]')].find(
      (one) => one.getClientRects().length > 0,
    );
    if (!isOpen && panel.element.contains(document.activeElement)) button?.focus();
    panel.element.hidden = !isOpen;
    for (const one of root.querySelectorAll('[data-do="effects"]'))
      one.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) {
      preview?.update();
      panel.element.querySelector<HTMLElement>('input:checked')?.focus();
    } else preview?.stop();
    shown(panel.element, isOpen);
  }

  function apply(source: MediaStreamTrack): MediaStreamTrack | null {
    if (isNothing(choices)) {
      engine.end(source);
      // There is nothing to keep up with any more.
      void resize(source, false);
      return source;
    }
    try {
      return engine.through(source);
    } catch {
      // An old browser. Whoever chose to be seen otherwise isn't seen as they are.
      announce('failed');
      return null;
    }
  }

  // Another tab may have chosen another picture of one's own.
  addEventListener('storage', ({ key }) => {
    if (key === EFFECTS_PICTURE) showOwn();
  });

  return {
    apply(source) {
      const track = apply(source);
      // The track is sent in a moment, and then it is what the panel shows.
      if (panel?.element.hidden === false) queueMicrotask(() => preview?.update());
      return track;
    },
    async toggle() {
      const made = await fetched();
      show(made.element.hidden === true);
    },
  };
}
