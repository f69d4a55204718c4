/** A screenshot of a video: what it shows now, at full resolution. */

/** PNG of the video's own width and height, however small it is shown; throws where it shows nothing. */
export async function takeScreenshot(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The video shows nothing');
  return blob;
}
