/** New screenshots: a thumbnail that is there at once, is saved or sent with one tap, and goes by itself. */

import { button, createCard, iconButton, showIcon } from '../common/cards.ts';
import type { Say } from '../common/words.ts';
import type { VideoFeed } from '../media/feeds.ts';
import { createSender, keep } from './screenshot.ts';
import { takeScreenshot } from './take-screenshot.ts';

/** Long enough to decide; nothing is lost, as the screenshot is on the call's page. */
const SHOWN_MS = 7000;
const DONE_MS = 4000;

/** A video that shows something now, and whose it is. */
export type Shown = Pick<VideoFeed, 'name' | 'video'>;

export interface ScreenshotCards {
  /**
   * Shows, and keeps, one of the first video; its card offers the others.
   * @param picture of the first video, undefined where it has none
   */
  take(feeds: Shown[], picture: Promise<Blob | undefined> | undefined): Promise<void>;
}

/** @param call the id of the call, as soon as it has one */
export function createScreenshotCards(
  box: HTMLElement,
  say: Say,
  call: () => string | undefined,
): ScreenshotCards {
  async function take(
    [feed, ...others]: Shown[],
    picture: Promise<Blob | undefined> | undefined,
  ): Promise<void> {
    const id = call();
    const blob = await picture;
    if (feed && blob && id !== undefined) show(id, feed, blob, others);
    else tell(say('shotNothing'));
  }

  function tell(text: string): void {
    const card = createCard(box, say);
    card.line.textContent = text;
    card.leave(DONE_MS);
  }

  function show(id: string, { name, video }: Shown, blob: Blob, others: Shown[]): void {
    const address = URL.createObjectURL(blob);
    const card = createCard(box, say, () => URL.revokeObjectURL(address));
    const { line, row, element, dismiss } = card;
    element.classList.add('still');
    // Where the page goes on by itself, it waits for what isn't kept yet.
    element.setAttribute('aria-busy', 'true');
    showIcon(dismiss, say('dismiss'), 'icons.svg#close');
    const file = `${stamp(new Date())} ${name}.png`;
    let kept = keep(id, blob, file);
    const sendToChat = createSender();

    const image = new Image(video.videoWidth, video.videoHeight);
    image.src = address;
    image.alt = say('shotOf', { name });
    element.setAttribute('aria-label', image.alt);
    element.prepend(image);

    const download = document.createElement('a');
    download.className = 'button';
    download.href = address;
    download.download = file;
    showIcon(download, say('download'), 'icons.svg#download');

    const send = iconButton(say('sendToChat'), 'icons.svg#send', async () => {
      send.disabled = true;
      let outcome = await kept;
      if (!('id' in outcome)) {
        element.setAttribute('aria-busy', 'true');
        kept = keep(id, blob, file);
        outcome = await kept;
        element.removeAttribute('aria-busy');
      }
      const sent = 'id' in outcome && (await sendToChat(outcome.id));
      send.disabled = sent;
      if (!sent) return complain(outcome);
      line.textContent = say('shotSent');
      card.leave(DONE_MS);
    });
    send.classList.add('primary');
    row.prepend(send, download);
    if (others.length > 0) element.append(offer(others));

    function complain(outcome: Awaited<typeof kept>): void {
      line.textContent = ('error' in outcome && outcome.error) || say('shotUnsent');
      card.stay();
    }
    void kept.then((outcome) => {
      element.removeAttribute('aria-busy');
      if ('id' in outcome) card.leave(SHOWN_MS);
      else complain(outcome);
    });
  }

  /** One line for all: only the names are read there, so the first one's buttons stay the larger ones. */
  function offer(others: Shown[]): HTMLElement {
    const choice = document.createElement('p');
    choice.className = 'also';
    choice.append(say('shotMore'));
    for (const other of others) {
      const also = button(other.name, () =>
        take(
          [other],
          takeScreenshot(other.video).catch(() => undefined),
        ),
      );
      also.setAttribute('aria-label', say('shotAlso', { name: other.name }));
      choice.append(also);
    }
    return choice;
  }

  return { take };
}

/** "2026-11-22 14.05.09", in this device's time, as file names may be on any system. */
function stamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}.${two(date.getMinutes())}.${two(date.getSeconds())}`;
}
