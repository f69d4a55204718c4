/**
 * What one looks like, before a call and in it. In a call that is what is sent. Before, a camera is opened for it when
 * somebody asks, and goes through the same worker.
 */
import { recallDevice } from '../media/device-memory.ts';
import { videoConstraints } from '../media/devices.ts';
import type { Outgoing } from '../media/outgoing.ts';

export interface PreviewParts {
  video: HTMLVideoElement;
  button: HTMLButtonElement;
  outgoing: Outgoing;
  /** What is to be seen of a camera. */
  apply(source: MediaStreamTrack): MediaStreamTrack | null;
  /** It isn't looked at any more. */
  end(source: MediaStreamTrack): void;
  failed(): void;
}

export interface Preview {
  /** The panel is open, or something else is sent, or chosen. */
  update(): void;
  /** Nobody looks. */
  stop(): void;
}

export function createPreview({ video, button, outgoing, apply, end, failed }: PreviewParts): Preview {
  let source: MediaStreamTrack | undefined;
  let isOpen = false;
  let isAsking = false;

  function show(track: MediaStreamTrack | undefined | null): void {
    const shown = video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks()[0] : undefined;
    if (shown !== (track ?? undefined)) video.srcObject = track ? new MediaStream([track]) : null;
    video.hidden = !track;
    button.hidden = track !== null && track !== undefined;
    if (track) void video.play().catch(() => undefined);
  }

  function release(): void {
    if (!source) return;
    source.stop();
    end(source);
    source = undefined;
  }

  function update(): void {
    if (!isOpen) return;
    const sent = outgoing.tracks.video;
    // The call has a camera of its own by now.
    if (sent) release();
    show(sent ?? (source && apply(source)));
  }

  async function ask(): Promise<void> {
    if (isAsking || source) return;
    isAsking = true;
    try {
      // That which the call will begin with.
      const known = recallDevice('videoinput');
      const video = videoConstraints(known && { id: known.id, isThere: false });
      const stream = await navigator.mediaDevices.getUserMedia({ video });
      const [track] = stream.getVideoTracks();
      if (track && isOpen && !outgoing.tracks.video) {
        source = track;
        track.addEventListener('ended', () => {
          release();
          update();
        });
      } else track?.stop();
      update();
    } catch {
      failed();
    } finally {
      isAsking = false;
    }
  }

  button.addEventListener('click', () => void ask());

  return {
    update() {
      isOpen = true;
      update();
    },
    stop() {
      isOpen = false;
      release();
      show(undefined);
    },
  };
}
