/** One's own voice, as its person wants it: fetched when they say so, have said so in an earlier call, or are muted. */
import { find, setText } from '../common/dom.ts';
import { fetchedOnce } from '../common/scripts.ts';
import { attempt } from '../common/storage.ts';
import { NOISE } from '../common/storage-keys.ts';
import type { Voice, VoiceParts } from '../voice/voice.ts';

/** Set by the build: the script's address. */
declare const VOICE_URL: string;

export function createVoiceControl(parts: VoiceParts): Voice {
  let isChosen = Boolean(attempt(() => localStorage.getItem(NOISE)));
  /** The browser does instead what was chosen. */
  let isReplaced = false;
  let voice: Voice | undefined;
  /** The panel can be used. */
  let isJoined = false;

  const start = fetchedOnce(VOICE_URL, ({ startVoice }: typeof import('../voice/voice.ts')) => {
    voice = startVoice(parts);
    if (isReplaced) {
      parts.tell('noise', false);
      void parts.reopen().finally(parts.renew);
    } else parts.renew();
    return voice;
  });

  function missed(): void {
    if (!isChosen) return;
    isChosen = false;
    isReplaced = true;
    parts.tell('noise', true);
    void parts.reopen();
  }

  // Nobody waits for it: until it is there, a voice is sent as it is.
  if (isChosen) void start().catch(missed);

  return {
    apply: (source) => voice?.apply(source) ?? source,
    letsBrowser: () => voice?.letsBrowser() ?? !isChosen,
    changed() {
      if (voice) voice.changed();
      else if (parts.isMuted() && parts.source()) void start().catch(missed);
    },
    shown(panel, isOpen) {
      const status = find(panel, '.voice [role="status"]', HTMLElement);
      void start().then(
        (found) => {
          if (!isJoined) setText(status, '');
          isJoined = true;
          found.shown(panel, isOpen);
        },
        () => {
          setText(status, status.dataset.missed ?? '');
          missed();
        },
      );
    },
  };
}
