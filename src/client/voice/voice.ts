/**
 * One's own voice: with noise suppression if that was chosen, a meter, and a word to anyone who speaks while muted. Fetched
 * when the first of these is needed. Knows nothing of calls.
 */
import { find, setText } from '../common/dom.ts';
import { createTalkDetector } from './loudness.ts';
import { listen } from './microphone-level.ts';
import { createMicrophoneTrial, type MicrophoneTrial } from './microphone-trial.ts';
import { type Noise, parseNoise, recallNoise, rememberNoise } from './noise-choice.ts';
import { type Suppression, suppressNoise } from './suppression.ts';

export interface VoiceParts {
  /** The microphone as it comes from the device, while one is open. */
  source(): MediaStreamTrack | undefined;
  isMuted(): boolean;
  /** Something else is to be made of the microphone now. */
  renew(): void;
  /** Opens the microphone anew, with another filter of the browser's. */
  reopen(): Promise<void>;
  /** Says one of these beside the call until it is settled. */
  tell(what: 'muted' | 'noise', isSo: boolean): void;
}

export interface Voice {
  /** What is to be sent of a microphone. */
  apply(source: MediaStreamTrack): MediaStreamTrack;
  /** Whether the browser is to take noise away by itself. */
  letsBrowser(): boolean;
  /** A microphone was opened, closed or switched. */
  changed(): void;
  /** The panel is open, or no longer. */
  shown(panel: HTMLElement, isOpen: boolean): void;
}

/** How long it is said, in ms, to whoever has stopped speaking. */
const SAID_MS = 4000;

export function startVoice({ source, isMuted, renew, reopen, tell }: VoiceParts): Voice {
  let noise = recallNoise();
  /** It couldn't be done, or went away; another choice tries anew. */
  let hasFailed = false;
  let trial: MicrophoneTrial | undefined;
  /** What is being made of a microphone; without a suppression it isn't there yet. */
  let way: { source: MediaStreamTrack; made?: Suppression } | undefined;
  let attention: { source: MediaStreamTrack; end(): void } | undefined;

  const letsBrowser = () => noise === 'standard' || hasFailed;

  /** Most often that brings another track; where it can't be had, the one there is is sent otherwise. */
  function applyAnew(isReopened: boolean): void {
    if (isReopened) void reopen().finally(renew);
    else renew();
  }

  function choose(wanted: Noise): void {
    const before = letsBrowser();
    noise = wanted;
    hasFailed = false;
    rememberNoise(noise);
    tell('noise', false);
    applyAnew(letsBrowser() !== before);
  }

  function give(): void {
    way?.made?.stop();
    way = undefined;
  }

  async function begin(of: { source: MediaStreamTrack; made?: Suppression }): Promise<void> {
    const fail = () => {
      if (way !== of) return;
      // The voice goes on as the browser makes it: a call is there to be heard.
      hasFailed = true;
      tell('noise', true);
      applyAnew(true);
    };
    try {
      const made = await suppressNoise(of.source, fail);
      if (way !== of) return made.stop();
      of.made = made;
      renew();
    } catch {
      fail();
    }
  }

  /** Whoever speaks while muted is told so; whoever doesn't isn't disturbed. */
  function attend(): void {
    const muted = isMuted() ? source() : undefined;
    if (attention?.source === muted) return;
    attention?.end();
    attention = undefined;
    tell('muted', false);
    if (!muted) return;
    const detector = createTalkDetector();
    let silent: ReturnType<typeof setTimeout> | undefined;
    const end = listen(muted, (decibels, isVoiced) => {
      if (!detector.hear(decibels, isVoiced)) return;
      clearTimeout(silent);
      tell('muted', true);
      silent = setTimeout(() => tell('muted', false), SAID_MS);
    });
    attention = {
      source: muted,
      end() {
        clearTimeout(silent);
        end();
      },
    };
  }

  /** Takes over what the server wrote for it, which can't be used before. */
  function join(panel: HTMLElement): void {
    const section = find(panel, '.voice', HTMLElement);
    const radios = [...section.querySelectorAll<HTMLInputElement>('[name="noise"]')];
    for (const radio of radios) {
      radio.checked = radio.value === noise;
      // Nothing in it waits to be sent: a tap outside may close the panel (page/layers.ts).
      radio.defaultChecked = radio.checked;
      radio.addEventListener('change', () => {
        for (const one of radios) one.defaultChecked = one.checked;
        choose(parseNoise(radio.value));
      });
    }
    const refused = find(section, '[role="status"]', HTMLElement);
    trial = createMicrophoneTrial({
      meter: find(section, 'meter', HTMLMeterElement),
      button: find(section, '[data-do="try-microphone"]', HTMLButtonElement),
      source,
      opened(isOpen) {
        setText(refused, isOpen ? '' : (refused.dataset.refused ?? ''));
        // The button that was pressed is gone.
        if (isOpen) radios.find((radio) => radio.checked)?.focus();
      },
    });
    section.inert = false;
  }

  return {
    apply(of) {
      if (noise !== 'strong' || hasFailed) {
        give();
        return of;
      }
      if (way?.source !== of) {
        give();
        way = { source: of };
        void begin(way);
      }
      return way?.made?.track ?? of;
    },
    letsBrowser,
    changed() {
      if (way?.source.readyState === 'ended') give();
      attend();
      trial?.update();
    },
    shown(panel, isOpen) {
      if (!trial) join(panel);
      if (isOpen) trial?.begin();
      else trial?.stop();
    },
  };
}
